package train

import (
	"math"
)

// ProbabilityOptions are the settings of LogLoss and Perplexity. The zero value is ready to
// use, and has nothing that could be wrong.
type ProbabilityOptions struct {
	// Logits says that outputs are numbers before a softmax, or before a sigmoid for labels of
	// their own. By default they are probabilities.
	Logits bool
}

// Validate returns nil.
func (o ProbabilityOptions) Validate() error { return nil }

// LogLoss returns the metric "log_loss", the mean of the negative logarithm, with base e, of
// the probability that the outputs give the label:
//
//	−Σ w·ln p[label] / Σ w           p: the C outputs of a label
//	−Σ w·Σ_c t_c·ln p_c / Σ w        for rows of numbers t that add up to 1
//	−Σ w·(t·ln p + (1−t)·ln(1−p)) / Σ w    for one output, and for each of several labels of their own
//
// Outputs and targets are those of Accuracy. Probabilities are clipped to [ε, 1−ε], with
// ε = 2⁻⁵², and rows of them divided by their sum. So the probability 0 of a label costs 36,
// and not infinity. A number outside of [0, 1] is no probability, and the value is NaN.
// With Logits the softmax, or sigmoid, is computed here, and nothing is clipped.
//
// The value is at least 0; smaller is better, and ln C is what equal probabilities have. It is
// NaN if nothing counts. It is scikit-learn's log_loss with the labels 0..C−1, so it needs no
// class to occur. Of labels of their own it is the mean over the labels.
//
// Errors of Check: those of Accuracy.
func LogLoss(o ProbabilityOptions) Metric {
	return Metric{Name: "log_loss", Check: checkAccuracy, Start: func() Meter { return &logLoss{logits: o.Logits} }}
}

// Perplexity returns the metric "perplexity", e to the LogLoss: among how many equally probable
// classes, such as words, the model still has to choose. It is at least 1; smaller is better,
// and C is what equal probabilities of C classes have. Over the steps of sequences it is that
// of all steps together, not a mean over sequences. Everything else is as with LogLoss (Jelinek
// et al. 1977).
//
// Errors of Check: those of Accuracy; ErrShape for labels of their own.
func Perplexity(o ProbabilityOptions) Metric {
	return Metric{Name: "perplexity", Check: checkClasses, Start: func() Meter { return &logLoss{logits: o.Logits, power: true} }}
}

// logLoss measures rows of classes and labels of their own.
type logLoss struct {
	logits, power bool
	cases
	rows, own weightedMean
}

func (m *logLoss) Add(b Scored) {
	if b.N == 0 {
		return
	}
	kind, w := layouts(&b)
	if kind != ownLabels {
		for i, weight := range b.counted(len(b.Output) / w) {
			row := b.Output[i*w : (i+1)*w]
			if kind == classLabels {
				if label := b.Label[i]; uint(label) < uint(w) {
					m.rows.add(m.lost(row, label), weight)
				}
				continue
			}
			if want := b.Target[i*w : (i+1)*w]; m.classes(want) {
				m.rows.add(m.lostSoft(row, want), weight)
			}
		}
	}
	if kind == classLabels {
		return
	}
	for i, v := range b.Output {
		want, weight := b.target(i)
		if weight > 0 {
			m.own.add(m.lostOwn(v, want), weight)
		}
	}
	if kind == ownLabels {
		m.different = true
	}
}

func (m *logLoss) Value() float64 {
	v := m.rows.value()
	if m.different {
		v = m.own.value()
	}
	if m.power {
		return math.Exp(v)
	}
	return v
}

// clip returns the probability v within [ε, 1−ε]; NaN if it is none.
func clip(v float64) float64 {
	if !(v >= 0 && v <= 1) {
		return math.NaN()
	}
	return min(max(v, epsilon), 1-epsilon)
}

// lost returns the loss of a row of outputs for the label.
func (m *logLoss) lost(row []float64, label int) float64 {
	most, log := m.sum(row)
	return m.share(row[label], most, log)
}

// lostSoft returns the loss of a row of targets that add up to 1.
func (m *logLoss) lostSoft(row, want []float64) float64 {
	most, log := m.sum(row)
	sum := 0.0
	for k, t := range want {
		if t > 0 { // 0·ln 0 = 0
			sum += float64(t * m.share(row[k], most, log))
		}
	}
	return sum
}

// sum returns the largest logit of a row and ln Σ exp(v − most), or 0 and ln Σ p.
func (m *logLoss) sum(row []float64) (most, log float64) {
	sum := 0.0
	if !m.logits {
		for _, v := range row {
			sum += clip(v)
		}
		return 0, math.Log(sum)
	}
	most = math.Inf(-1)
	for _, v := range row {
		most = max(most, v) // NaN stays
	}
	for _, v := range row {
		if v == most {
			sum++ // also of infinities
		} else {
			sum += math.Exp(v - most)
		}
	}
	return most, math.Log(sum)
}

// share returns the negative logarithm of the share of v in a row.
func (m *logLoss) share(v, most, log float64) float64 {
	switch {
	case !m.logits:
		return log - math.Log(clip(v))
	case v == most:
		return log
	}
	return (most - v) + log
}

// lostOwn returns the loss of one output for a target in [0, 1].
func (m *logLoss) lostOwn(v, want float64) float64 {
	yes, no := 0.0, 0.0
	if m.logits {
		yes, no = softplus(-v), softplus(v)
	} else {
		p := clip(v)
		yes, no = -math.Log(p), -math.Log(1-p)
	}
	sum := 0.0
	if want > 0 || math.IsNaN(yes) {
		sum += float64(want * yes)
	}
	if want < 1 || math.IsNaN(no) {
		sum += float64((1 - want) * no)
	}
	return sum
}

// softplus returns ln(1 + exp(v)) without overflow.
func softplus(v float64) float64 { return max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))) }
