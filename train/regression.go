package train

import "math"

// MSE returns the metric "mse": the mean squared error over all elements.
//
// Errors of Check: ErrShape unless outputs and targets have the same shape, apart from
// axes of extent 1.
func MSE() Metric {
	return Metric{Name: "mse", Start: func() Meter { return &meanOf{f: func(e float64) float64 { return e * e }} }, Check: checkEqual}
}

// MAE returns the metric "mae": the mean absolute error over all elements. Shapes and
// errors are those of MSE.
func MAE() Metric {
	return Metric{Name: "mae", Start: func() Meter { return &meanOf{f: math.Abs} }, Check: checkEqual}
}

type meanOf struct {
	f   func(float64) float64
	sum float64
	n   int
}

func (m *meanOf) Add(b Scored) {
	for i, y := range b.Output {
		if want, counts := b.target(i); counts {
			m.sum += m.f(y - want)
			m.n++
		}
	}
}

func (m *meanOf) Value() float64 { return m.sum / float64(m.n) }

// R2 returns the metric "r2": the coefficient of determination
//
//	1 − Σ(y−ŷ)² / Σ(y−ȳ)²      target y, output ŷ, mean target ȳ
//
// averaged over the outputs of an example. It is NaN if the targets of an output are
// all equal. Shapes and errors are those of MSE.
func R2() Metric {
	return Metric{Name: "r2", Maximize: true, Start: func() Meter { return &r2{} }, Check: checkEqual}
}

// r2 holds a record for each output of an example.
type r2 struct{ of []residual }

type residual struct{ n, res, mean, m2 float64 }

func (m *r2) Add(b Scored) {
	if b.N == 0 {
		return
	}
	w := len(b.Output) / b.N
	if m.of == nil {
		m.of = make([]residual, w)
	}
	for i, got := range b.Output {
		y, counts := b.target(i)
		if !counts {
			continue
		}
		r := &m.of[i%w]
		r.n++
		e := y - got
		r.res += e * e
		d := y - r.mean // Welford's recurrence: no cancellation
		r.mean += d / r.n
		r.m2 += d * (y - r.mean)
	}
}

func (m *r2) Value() float64 {
	sum := 0.0
	for _, r := range m.of {
		if r.m2 == 0 {
			return math.NaN()
		}
		sum += 1 - r.res/r.m2
	}
	return sum / float64(len(m.of))
}
