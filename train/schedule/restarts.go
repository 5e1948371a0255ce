package schedule

import "cmp"

// CosineRestarts falls along a cosine again and again. Each run begins with a jump back to
// Rate, and is Mult times as long as the one before:
//
//	rate = Min + (Rate·Factorⁱ − Min)·(1 + cos(π·t/T))/2
//
// where t is the number of steps made of run i, of length T = First·Multⁱ.
//
// Source: Loshchilov and Hutter 2017 (SGDR). It is PyTorch's CosineAnnealingWarmRestarts and
// Keras' CosineDecayRestarts.
type CosineRestarts struct {
	Rate   float64 // of the first step of the first run; default 0.001
	Min    float64 // the rate at the end of a run; at least 0; default 0
	First  int     // the length of the first run, in steps; at least 1
	Mult   int     // at least 1; default 1: all runs have the same length
	Factor float64 // of Rate from run to run; at least 0; default 1; train.Zero for 0
}

// At returns the learning rate of the step at m.
func (s CosineRestarts) At(m Moment) float64 {
	if s.First < 1 {
		return unknown()
	}
	rate, left, size := or(s.Rate, usual), m.Step, s.First
	if s.Mult <= 1 && or(s.Factor, 1) == 1 { // without a loop over the runs
		left %= size
	}
	for left >= size {
		left -= size
		rate *= or(s.Factor, 1)
		if s.Mult > 1 {
			size *= s.Mult
		}
	}
	return wave(max(rate, s.Min), s.Min, float64(left)/float64(size))
}

// Validate returns an ErrOption for settings out of range.
func (s CosineRestarts) Validate() error {
	return cmp.Or(notNegative("CosineRestarts.Rate", s.Rate), notNegative("CosineRestarts.Min", s.Min),
		atLeast(1, "CosineRestarts.First", s.First), atLeast(0, "CosineRestarts.Mult", s.Mult), notNegative("CosineRestarts.Factor", s.Factor))
}
