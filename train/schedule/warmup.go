package schedule

import (
	"cmp"
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// WarmUp rises to the first rate of another schedule, which begins after it:
//
//	rate = r·(From + (1 − From)·step/Steps)     in the first Steps steps
//	rate = Then at step − Steps                 after them
//
// where r is the rate of Then at its step 0. By default From is 1/(Steps+1), so the steps
// have the rates 1, 2, 3… times r/(Steps+1), and none has the rate 0. For Then the training
// is Steps steps shorter.
//
// Source: Goyal et al. 2017, §2.2, which has the constant warm-up (Flat) too.
type WarmUp struct {
	Steps int      // at least 0; 0 is no warm-up
	From  float64  // the factor of the first step; in [0, 1]; default 1/(Steps+1), with Flat 1/3; train.Zero for 0
	Flat  bool     // the factor is From in all of the steps
	Then  Schedule // default Constant(0.001)
}

// At returns the learning rate of the step at m.
func (s WarmUp) At(m Moment) float64 {
	n := max(0, s.Steps)
	if m.Step >= n {
		return s.then().At(later(m, n))
	}
	at := m.Step
	m.Step = n
	first := s.then().At(later(m, n))
	if s.Flat {
		return first * or(s.From, 1.0/3)
	}
	from := or(s.From, 1/float64(n+1))
	return first * (from + (1-from)*float64(at)/float64(n))
}

func (s WarmUp) then() Schedule {
	if s.Then == nil {
		return Constant(usual)
	}
	return s.Then
}

// Validate returns an ErrOption for settings out of range, in Then too.
func (s WarmUp) Validate() error {
	var err error
	if !(s.From >= 0 && s.From <= 1) {
		err = mistake.Optionf("WarmUp.From: got %v, want a number in [0, 1]", s.From)
	}
	return cmp.Or(atLeast(0, "WarmUp.Steps", s.Steps), err, within("WarmUp.Then", s.then()))
}

// later returns m for a schedule that begins n steps later.
func later(m Moment, n int) Moment {
	m.Step -= n
	if m.Steps != 0 {
		m.Steps = max(1, m.Steps-n)
	}
	return m
}

// PerEpoch counts epochs where its schedule counts steps: all steps of an epoch have one
// rate. A number of steps in the settings of Of is then one of epochs.
//
//	schedule.PerEpoch{Of: schedule.Step{Rate: 0.1, Every: 30}}
type PerEpoch struct {
	Of Schedule // default Constant(0.001)
}

// At returns the rate of Of at step m.Epoch.
func (s PerEpoch) At(m Moment) float64 {
	m.Step, m.Steps = m.Epoch, m.Epochs
	return inner(s.Of).At(m)
}

// Validate returns an ErrOption for settings of Of that are out of range.
func (s PerEpoch) Validate() error { return within("PerEpoch.Of", inner(s.Of)) }

// inner returns s, or the default if it was not set.
func inner(s Schedule) Schedule {
	if s == nil {
		return Constant(usual)
	}
	return s
}

// Scale multiplies the rates of a schedule by a factor.
type Scale struct {
	Factor float64  // at least 0; default 1; train.Zero for 0
	Of     Schedule // default Constant(0.001)
}

// At returns Factor times the rate of Of.
func (s Scale) At(m Moment) float64 { return or(s.Factor, 1) * inner(s.Of).At(m) }

// Validate returns an ErrOption for settings out of range, in Of too.
func (s Scale) Validate() error {
	return cmp.Or(notNegative("Scale.Factor", s.Factor), within("Scale.Of", inner(s.Of)))
}

// Clamp keeps the rates of a schedule between two bounds.
type Clamp struct {
	Min float64  // at least 0; default 0
	Max float64  // at least Min; default: none
	Of  Schedule // default Constant(0.001)
}

// At returns the rate of Of, Min if it is lower, or Max if it is higher.
func (s Clamp) At(m Moment) float64 {
	rate := math.Max(s.Min, inner(s.Of).At(m))
	if s.Max != 0 {
		rate = math.Min(s.Max, rate)
	}
	return rate
}

// Validate returns an ErrOption for settings out of range, in Of too.
func (s Clamp) Validate() error {
	var err error
	if s.Max != 0 && s.Max < s.Min {
		err = mistake.Optionf("Clamp.Max: got %v, want at least Min, %v", s.Max, s.Min)
	}
	return cmp.Or(notNegative("Clamp.Min", s.Min), notNegative("Clamp.Max", s.Max), err, within("Clamp.Of", inner(s.Of)))
}
