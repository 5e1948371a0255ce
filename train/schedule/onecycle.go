package schedule

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// OneCycle rises from a small rate to a large one, and falls to one that is far smaller:
//
//	Rate/Div  →  Rate                     in the first part, Rise, of the steps
//	Rate      →  Rate/Div/FinalDiv        in the rest
//
// With ThreePhases it falls to Rate/Div in as many steps as it rose, and then to
// Rate/Div/FinalDiv. Each phase is half a cosine, or with Straight a line. The last rate is
// that of step Steps−1; it stays.
//
// Source: Smith and Topin 2018 (super-convergence). The numbers are those of PyTorch's
// OneCycleLR. The momentum of the optimizer stays as it is.
type OneCycle struct {
	Rate        float64 // the largest rate; default 0.001
	Steps       int     // default: the steps of the whole training
	Rise        float64 // the part of the steps in which the rate rises; in [0, 1]; default 0.3; train.Zero for 0
	Div         float64 // at least 1; default 25
	FinalDiv    float64 // at least 1; default 1e4
	Straight    bool    // lines instead of cosines
	ThreePhases bool
}

// At returns the learning rate of the step at m.
func (s OneCycle) At(m Moment) float64 {
	n := length(s.Steps, m)
	if n < 1 {
		return unknown()
	}
	rise := or(s.Rise, 0.3)
	top := or(s.Rate, usual)
	low := top / or(s.Div, 25)
	ends := [3]float64{rise*float64(n) - 1, float64(n - 1), float64(n - 1)}
	rates := [4]float64{low, top, low / or(s.FinalDiv, 1e4)}
	if s.ThreePhases {
		ends[1] = 2*rise*float64(n) - 2
		rates[2], rates[3] = low, rates[2]
	}
	at, start := float64(min(m.Step, n-1)), 0.0
	for i, end := range ends {
		if last := i == 2 || i == 1 && !s.ThreePhases; at > end && !last {
			start = end
			continue
		}
		part := 1.0
		if end > start {
			part = math.Min(1, (at-start)/(end-start))
		}
		if s.Straight {
			return line(rates[i], rates[i+1], part)
		}
		return wave(rates[i], rates[i+1], part)
	}
	return rates[2]
}

// Validate returns an ErrOption for settings out of range.
func (s OneCycle) Validate() error {
	rise := or(s.Rise, 0.3)
	var err error
	switch {
	case !(rise >= 0 && rise <= 1):
		err = mistake.Optionf("OneCycle.Rise: got %v, want a number in [0, 1]", s.Rise)
	case s.ThreePhases && rise > 0.5:
		err = mistake.Optionf("OneCycle.Rise: got %v with ThreePhases, want at most 0.5", s.Rise)
	}
	return cmp.Or(notNegative("OneCycle.Rate", s.Rate), atLeast(0, "OneCycle.Steps", s.Steps), err,
		divisor("OneCycle.Div", s.Div), divisor("OneCycle.FinalDiv", s.FinalDiv))
}

// divisor returns an error unless the setting is a finite number of at least 1, or 0, which
// stands for its default.
func divisor(setting string, v float64) error {
	if v == 0 || v >= 1 && v <= math.MaxFloat64 {
		return nil
	}
	return mistake.Optionf("%s: got %v, want a finite number of at least 1", setting, v)
}
