package train

import "math"

// R2 returns the metric "r2", the coefficient of determination:
//
//	1 − Σ w·(y−ŷ)² / Σ w·(y−ȳ)²      output ŷ, target y, its weighted mean ȳ, weight w
//
// averaged over the outputs of an example. It is at most 1; larger is better, and a model that
// always gives the mean has 0. If the targets of an output are all equal, it is 1 if the
// outputs are right and 0 otherwise. An output with less than two targets that count is left
// out; without others the value is NaN. All this is as in scikit-learn's r2_score. Shapes and
// errors are those of MSE.
func R2() Metric {
	return Metric{Name: "r2", Maximize: true, Start: func() Meter { return &explained{} }, Check: checkEqual}
}

// ExplainedVariance returns the metric "explained_variance":
//
//	1 − Var(y−ŷ) / Var(y)      output ŷ, target y, variances by the weights of the examples
//
// averaged over the outputs of an example. It is R2 without regard to a constant error. Range,
// direction, equal targets, shapes and errors are those of R2. One target is enough, and has 1.
// It is scikit-learn's explained_variance_score.
func ExplainedVariance() Metric {
	return Metric{Name: "explained_variance", Maximize: true, Start: func() Meter { return &explained{centred: true} }, Check: checkEqual}
}

// explained holds a record for each output of an example.
type explained struct {
	centred bool // the error without its mean
	of      []residual
}

type residual struct {
	n             int
	square        accumulator // Σ w·(y−ŷ)²
	target, error spread
}

// spread is the sum of squared distances to the mean, by Welford's recurrence, which does not
// cancel; with weights (West 1979). Numbers are held against the first one, so that a large
// mean costs no digits.
type spread struct{ first, weight, mean, m2 float64 }

func (s *spread) add(v, weight float64) {
	if s.weight == 0 {
		s.first = v
	}
	s.weight += weight
	v -= s.first
	d := v - s.mean
	s.mean += float64(d*weight) / s.weight
	s.m2 += float64(float64(weight*d) * (v - s.mean))
}

func (m *explained) Add(b Scored) {
	if b.N == 0 {
		return
	}
	if m.of == nil {
		m.of = make([]residual, len(b.Output)/b.N)
	}
	for i, got := range b.Output {
		want, weight := b.target(i)
		if !(weight > 0) {
			continue
		}
		r := &m.of[i%len(m.of)]
		r.n++
		r.square.add(float64(weight * square(want-got)))
		r.target.add(want, weight)
		r.error.add(want-got, weight)
	}
}

func (m *explained) Value() float64 {
	var mean weightedMean
	for i := range m.of {
		r := &m.of[i]
		rest := r.square.value()
		if m.centred {
			rest = r.error.m2
		}
		switch {
		case r.n == 0 || r.n == 1 && !m.centred:
		case rest == 0:
			mean.add(1, 1)
		case r.target.m2 == 0 && !math.IsNaN(rest):
			mean.add(0, 1)
		default:
			mean.add(1-rest/r.target.m2, 1)
		}
	}
	return mean.value()
}
