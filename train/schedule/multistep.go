package schedule

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// MultiStep multiplies the rate by Factor at each of the given steps:
//
//	rate = Rate·Factor^(number of Milestones ≤ step)
//
// A milestone that is listed twice counts twice. It is PyTorch's MultiStepLR.
type MultiStep struct {
	Rate       float64 // of the first steps; default 0.001
	Milestones []int   // steps, at least 0, in any order
	Factor     float64 // at least 0; default 0.1; train.Zero for 0
}

// At returns the learning rate of the step at m.
func (s MultiStep) At(m Moment) float64 {
	n := 0
	for _, at := range s.Milestones {
		if at <= m.Step {
			n++
		}
	}
	return or(s.Rate, usual) * math.Pow(or(s.Factor, 0.1), float64(n))
}

// Validate returns an ErrOption for settings out of range.
func (s MultiStep) Validate() error {
	for i, at := range s.Milestones {
		if at < 0 {
			return mistake.Optionf("MultiStep.Milestones[%d]: got %d, want at least 0", i, at)
		}
	}
	return cmp.Or(notNegative("MultiStep.Rate", s.Rate), notNegative("MultiStep.Factor", s.Factor))
}
