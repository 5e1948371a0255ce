package schedule

import (
	"cmp"
	"math"
)

// Step multiplies the rate by Factor each time that Every steps are made:
//
//	rate = Rate·Factor^⌊step/Every⌋
//
// It is PyTorch's StepLR.
type Step struct {
	Rate   float64 // of the first steps; default 0.001
	Every  int     // steps; at least 1
	Factor float64 // at least 0; default 0.1; train.Zero for 0
}

// At returns the learning rate of the step at m.
func (s Step) At(m Moment) float64 {
	if s.Every < 1 {
		return unknown()
	}
	return or(s.Rate, usual) * math.Pow(or(s.Factor, 0.1), float64(m.Step/s.Every))
}

// Validate returns an ErrOption for settings out of range.
func (s Step) Validate() error {
	return cmp.Or(notNegative("Step.Rate", s.Rate), atLeast(1, "Step.Every", s.Every), notNegative("Step.Factor", s.Factor))
}
