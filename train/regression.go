package train

import "math"

// MSE returns the metric "mse", the mean squared error over all elements:
//
//	Σ w·(ŷ−y)² / Σ w      output ŷ, target y, weight w of the example
//
// It is at least 0; smaller is better. It is NaN if nothing counts. Labels count as numbers.
// It is scikit-learn's mean_squared_error.
//
// Errors of Check: ErrShape unless outputs and targets have the same shape, apart from
// axes of extent 1.
func MSE() Metric {
	return meanMetric("mse", func(got, want float64) float64 { return square(got - want) })
}

// MAE returns the metric "mae", the mean absolute error Σ w·|ŷ−y| / Σ w over all elements. It
// is at least 0; smaller is better. Shapes, errors and NaN are those of MSE. It is
// scikit-learn's mean_absolute_error.
func MAE() Metric {
	return meanMetric("mae", func(got, want float64) float64 { return math.Abs(got - want) })
}

// MAPE returns the metric "mape", the mean absolute error as a part of the target:
//
//	Σ w·|ŷ−y|/max(|y|, ε) / Σ w      ε = 2⁻⁵²
//
// It is at least 0; smaller is better. 0.1 is an error of ten percent. A target of 0 makes it
// huge, as in scikit-learn, whose mean_absolute_percentage_error it is. Shapes, errors and NaN
// are those of MSE.
func MAPE() Metric {
	return meanMetric("mape", func(got, want float64) float64 { return math.Abs(got-want) / max(math.Abs(want), epsilon) })
}

// epsilon is the distance of 1 to the next float64.
const epsilon = 0x1p-52

// square returns x², rounded, so that the bits do not depend on the processor.
func square(x float64) float64 { return float64(x * x) }

// meanMetric returns the metric that is the mean of f over all elements.
func meanMetric(name string, f func(got, want float64) float64) Metric {
	return Metric{Name: name, Start: func() Meter { return &meanOf{f: f} }, Check: checkEqual}
}

type meanOf struct {
	f    func(got, want float64) float64
	mean weightedMean
}

func (m *meanOf) Add(b Scored) {
	for i, got := range b.Output {
		if want, weight := b.target(i); weight > 0 {
			m.mean.add(m.f(got, want), weight)
		}
	}
}

func (m *meanOf) Value() float64 { return m.mean.value() }

// RMSE returns the metric "rmse", the root of the mean squared error:
//
//	√(Σ w·(ŷ−y)² / Σ w)
//
// With several outputs for an example it is the mean of their roots, as in scikit-learn 1.2
// (mean_squared_error with squared=False). Outputs without a target that counts are left out.
// It is at least 0; smaller is better. Shapes, errors and NaN are those of MSE.
func RMSE() Metric {
	return Metric{Name: "rmse", Start: func() Meter { return &rootOf{} }, Check: checkEqual}
}

// rootOf holds a mean for each output of an example.
type rootOf struct{ of []weightedMean }

func (m *rootOf) Add(b Scored) {
	if b.N == 0 {
		return
	}
	if m.of == nil {
		m.of = make([]weightedMean, len(b.Output)/b.N)
	}
	for i, got := range b.Output {
		if want, weight := b.target(i); weight > 0 {
			m.of[i%len(m.of)].add(square(got-want), weight)
		}
	}
}

func (m *rootOf) Value() float64 {
	var mean weightedMean
	for _, x := range m.of {
		if x.weight.value() > 0 {
			mean.add(math.Sqrt(x.value()), 1)
		}
	}
	return mean.value()
}
