package schedule

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Plateau multiplies the rate of another schedule by Factor each time that the model has not
// got better for some epochs.
//
// After each epoch it looks at the validation loss, or at a metric. An epoch is better if its
// value v is below the best value so far by the Threshold t, with Maximize if it is above:
//
//	v < best·(1 − t)    or v < best − t with Absolute
//	v > best·(1 + t)    or v > best + t with Absolute and Maximize
//
// After more than Patience epochs in a row that are not better, the rate becomes
// max(rate·Factor, Min), unless that is less than Eps away. The next Cooldown epochs then do
// not count as worse. NaN is not better.
//
// It is PyTorch's ReduceLROnPlateau, with the same numbers. It remembers nothing: each rate
// is computed from all that was measured, so it is right after Trainer.Restore too. New
// refuses it if nothing measures what it looks at.
type Plateau struct {
	Of        Schedule // default Constant(0.001)
	Metric    string   // the name of one of Options.Metrics; default: the validation loss
	Maximize  bool     // larger values are better
	Factor    float64  // in [0, 1); default 0.1; train.Zero for 0
	Patience  int      // epochs; at least 0; default 10; -1 for 0
	Threshold float64  // at least 0; default 1e-4; train.Zero for 0
	Absolute  bool     // Threshold is a difference, not a part of the best value
	Cooldown  int      // epochs; at least 0; default 0
	Min       float64  // the smallest rate; at least 0; default 0
	Eps       float64  // at least 0; default 1e-8; train.Zero for 0
}

// At returns the learning rate of the step at m.
func (s Plateau) At(m Moment) float64 {
	rate := inner(s.Of).At(m)
	factor, eps := or(s.Factor, 0.1), or(s.Eps, 1e-8)
	best := math.Inf(1)
	if s.Maximize {
		best = math.Inf(-1)
	}
	bad, cooling := 0, 0
	for _, v := range m.Measured[s.Metric] {
		bad++
		if s.better(v, best) {
			best, bad = v, 0
		}
		if cooling > 0 {
			cooling--
			bad = 0
		}
		if bad > s.patience() {
			bad, cooling = 0, s.Cooldown
			if next := math.Max(rate*factor, s.Min); rate-next > eps {
				rate = next
			}
		}
	}
	return rate
}

// better reports whether v is better than the best value.
func (s Plateau) better(v, best float64) bool {
	t := or(s.Threshold, 1e-4)
	switch {
	case s.Maximize && s.Absolute:
		return v > best+t
	case s.Maximize:
		return v > best*(1+t)
	case s.Absolute:
		return v < best-t
	}
	return v < best*(1-t)
}

func (s Plateau) patience() int {
	switch s.Patience {
	case 0:
		return 10
	case -1:
		return 0
	}
	return s.Patience
}

// Validate returns an ErrOption for settings out of range, in Of too.
func (s Plateau) Validate() error {
	var err error
	if !(s.Factor >= 0 && s.Factor < 1) {
		err = mistake.Optionf("Plateau.Factor: got %v, want a number in [0, 1)", s.Factor)
	}
	return cmp.Or(err, atLeast(-1, "Plateau.Patience", s.Patience), notNegative("Plateau.Threshold", s.Threshold),
		atLeast(0, "Plateau.Cooldown", s.Cooldown), notNegative("Plateau.Min", s.Min), notNegative("Plateau.Eps", s.Eps), within("Plateau.Of", inner(s.Of)))
}
