package schedule

import (
	"cmp"
	"math"
)

// Exponential lets the rate decay smoothly, by Factor in Every steps:
//
//	rate = Rate·Factor^(step/Every)
//
// With Every 1 it is PyTorch's ExponentialLR, otherwise Keras' ExponentialDecay.
type Exponential struct {
	Rate   float64 // of the first step; default 0.001
	Factor float64 // at least 0; default 0.95; train.Zero for 0
	Every  int     // steps; at least 1; default 1
}

// At returns the learning rate of the step at m.
func (s Exponential) At(m Moment) float64 {
	return or(s.Rate, usual) * math.Pow(or(s.Factor, 0.95), float64(m.Step)/float64(max(1, s.Every)))
}

// Validate returns an ErrOption for settings out of range.
func (s Exponential) Validate() error {
	return cmp.Or(notNegative("Exponential.Rate", s.Rate), notNegative("Exponential.Factor", s.Factor), atLeast(0, "Exponential.Every", s.Every))
}
