package train

import "math"

// accumulator is a sum whose rounding errors are added up beside it (Neumaier 1974), so that
// the sum of many numbers is about as exact as one of two.
type accumulator struct{ sum, rest float64 }

// add adds v.
func (a *accumulator) add(v float64) {
	t := a.sum + v
	if math.Abs(a.sum) >= math.Abs(v) {
		a.rest += (a.sum - t) + v
	} else {
		a.rest += (v - t) + a.sum
	}
	a.sum = t
}

// value returns the sum. An infinite one has no rest.
func (a *accumulator) value() float64 {
	if math.IsInf(a.sum, 0) {
		return a.sum
	}
	return a.sum + a.rest
}

// weightedMean is Σ w·v / Σ w.
type weightedMean struct{ sum, weight accumulator }

// add adds the number v with a weight.
func (m *weightedMean) add(v, weight float64) {
	m.sum.add(float64(v * weight)) // rounded, so that the bits do not depend on the processor
	m.weight.add(weight)
}

// value returns the mean; NaN of nothing.
func (m *weightedMean) value() float64 { return m.sum.value() / m.weight.value() }
