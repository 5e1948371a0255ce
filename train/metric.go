package train

import "math"

// Metric measures how well outputs meet targets. It is a name and a maker of
// Meters, so it may be shared.
type Metric struct {
	Name  string
	Start func() Meter
}

// Meter adds up one pass over a data set. It is for one goroutine.
type Meter interface {
	Add(b Scored)
	Value() float64
}

// Scored is a batch of outputs and their targets. It is valid during Add only.
type Scored struct {
	N      int       // examples
	Output []float64 // [N, len(Output)/N]
	Target []float64 // [N, len(Target)/N], nil for labels
	Label  []int     // [N], nil for numbers
}

// Accuracy is the share of examples whose largest output is that of the label;
// with one output for each example, whose output rounds to the label 0 or 1.
func Accuracy() Metric {
	return Metric{"accuracy", func() Meter { return &accuracy{} }}
}

type accuracy struct{ right, n int }

func (m *accuracy) Add(b Scored) {
	m.n += b.N
	w := len(b.Output) / b.N
	for i := range b.N {
		if Predicted(b.Output[i*w:(i+1)*w]) == b.label(i) {
			m.right++
		}
	}
}

// Predicted is the class that the outputs of one example say: the index of the
// largest, or 1 if a single one is at least 0.5.
func Predicted(output []float64) int {
	if len(output) == 1 {
		if output[0] >= 0.5 {
			return 1
		}
		return 0
	}
	best := 0
	for j, v := range output {
		if v > output[best] {
			best = j
		}
	}
	return best
}

// label is the class of example i: its label, its only target, or the index of
// the largest of its one-hot targets.
func (b Scored) label(i int) int {
	if b.Label != nil {
		return b.Label[i]
	}
	w := len(b.Target) / b.N
	return Predicted(b.Target[i*w : (i+1)*w])
}

func (m *accuracy) Value() float64 { return float64(m.right) / float64(m.n) }

// MSE is the mean squared error over all elements.
func MSE() Metric {
	return Metric{"mse", func() Meter { return &meanOf{f: func(e float64) float64 { return e * e }} }}
}

// MAE is the mean absolute error over all elements.
func MAE() Metric { return Metric{"mae", func() Meter { return &meanOf{f: math.Abs} }} }

type meanOf struct {
	f   func(float64) float64
	sum float64
	n   int
}

func (m *meanOf) Add(b Scored) {
	for i, y := range b.Output {
		m.sum += m.f(y - b.target(i))
	}
	m.n += len(b.Output)
}

func (b Scored) target(i int) float64 {
	if b.Target == nil {
		return float64(b.Label[i])
	}
	return b.Target[i]
}

func (m *meanOf) Value() float64 { return m.sum / float64(m.n) }

// R2 is the coefficient of determination 1 − Σ(y−ŷ)²/Σ(y−ȳ)², averaged over
// the outputs. It is NaN for targets that are all equal.
func R2() Metric { return Metric{"r2", func() Meter { return &r2{} }} }

type r2 struct {
	res, mean, m2 []float64
	n             float64
}

func (m *r2) Add(b Scored) {
	w := len(b.Output) / b.N
	if m.res == nil {
		m.res, m.mean, m.m2 = make([]float64, w), make([]float64, w), make([]float64, w)
	}
	for i := range b.N {
		m.n++
		for j := range w {
			y := b.target(i*w + j)
			e := y - b.Output[i*w+j]
			m.res[j] += e * e
			d := y - m.mean[j] // Welford's recurrence: no cancellation
			m.mean[j] += d / m.n
			m.m2[j] += d * (y - m.mean[j])
		}
	}
}

func (m *r2) Value() float64 {
	sum := 0.0
	for j := range m.res {
		if m.m2[j] == 0 {
			return math.NaN()
		}
		sum += 1 - m.res[j]/m.m2[j]
	}
	return sum / float64(len(m.res))
}
