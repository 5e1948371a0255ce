package schedule

import (
	"cmp"
	"math"
)

// Cosine lets the rate fall along half a wave of the cosine, from Rate to Min in Steps steps:
//
//	rate = Min + (Rate − Min)·(1 + cos(π·step/Steps))/2
//
// Source: Loshchilov and Hutter 2017 (SGDR), equation 5. From step Steps on the rate is Min.
// With Wave it rises again to Rate in as many steps, and so on: PyTorch's CosineAnnealingLR.
type Cosine struct {
	Rate  float64 // of the first step; default 0.001
	Min   float64 // the rate at the end; at least 0; default 0
	Steps int     // default: the steps of the whole training
	Wave  bool    // go up and down for ever
}

// At returns the learning rate of the step at m.
func (s Cosine) At(m Moment) float64 {
	n := length(s.Steps, m)
	if n < 1 {
		return unknown()
	}
	at := m.Step
	if !s.Wave {
		at = min(at, n)
	}
	return wave(or(s.Rate, usual), s.Min, float64(at)/float64(n))
}

// Validate returns an ErrOption for settings out of range.
func (s Cosine) Validate() error {
	return cmp.Or(notNegative("Cosine.Rate", s.Rate), notNegative("Cosine.Min", s.Min), atLeast(0, "Cosine.Steps", s.Steps))
}

// wave returns the part at, from 0 to 1, of the way from one rate to another along half a
// cosine.
func wave(from, to, at float64) float64 { return to + (from-to)*(1+math.Cos(math.Pi*at))/2 }

// length returns the setting, or the number of steps of the whole training; 0 if neither is
// known.
func length(setting int, m Moment) int {
	if setting != 0 {
		return setting
	}
	return m.Steps
}
