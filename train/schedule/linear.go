package schedule

import (
	"cmp"
	"math"
)

// Linear goes from one rate to another in a straight line of Steps steps, and stays there:
//
//	rate = From + (To − From)·min(step/Steps, 1)
//
// It is PyTorch's LinearLR, whose factors are multiples of a rate.
type Linear struct {
	From  float64 // the first rate; at least 0; default 0
	To    float64 // the last rate; at least 0; default 0
	Steps int     // default: the steps of the whole training
}

// At returns the learning rate of the step at m.
func (s Linear) At(m Moment) float64 {
	n := length(s.Steps, m)
	if n < 1 {
		return unknown()
	}
	return line(s.From, s.To, float64(min(m.Step, n))/float64(n))
}

// Validate returns an ErrOption for settings out of range.
func (s Linear) Validate() error {
	return cmp.Or(notNegative("Linear.From", s.From), notNegative("Linear.To", s.To), atLeast(0, "Linear.Steps", s.Steps))
}

// line returns the part at, from 0 to 1, of the way from one rate to another, without
// overflow.
func line(from, to, at float64) float64 { return from*(1-at) + to*at }

// Polynomial lets the rate fall along a power of the way that is left, and stays at Min:
//
//	rate = Min + (Rate − Min)·(1 − min(step/Steps, 1))^Power
//
// It is PyTorch's PolynomialLR and Keras' PolynomialDecay.
type Polynomial struct {
	Rate  float64 // of the first step; default 0.001
	Min   float64 // the rate at the end; at least 0; default 0
	Power float64 // at least 0; default 1, a straight line; train.Zero for 0
	Steps int     // default: the steps of the whole training
}

// At returns the learning rate of the step at m.
func (s Polynomial) At(m Moment) float64 {
	n := length(s.Steps, m)
	if n < 1 {
		return unknown()
	}
	left := 1 - float64(min(m.Step, n))/float64(n)
	return s.Min + (or(s.Rate, usual)-s.Min)*math.Pow(left, or(s.Power, 1))
}

// Validate returns an ErrOption for settings out of range.
func (s Polynomial) Validate() error {
	return cmp.Or(notNegative("Polynomial.Rate", s.Rate), notNegative("Polynomial.Min", s.Min),
		notNegative("Polynomial.Power", s.Power), atLeast(0, "Polynomial.Steps", s.Steps))
}
