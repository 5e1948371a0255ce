package train

import "math"

// Schedule returns the learning rate of a step; the first step has the number 0.
//
// A step with the rate 0, as in a warm-up, changes no parameter. A rate that is not a
// finite number of at least 0 ends the training with an ErrOption.
type Schedule func(step int) float64

// Constant returns a Schedule with the same rate at every step.
func Constant(rate float64) Schedule { return func(int) float64 { return rate } }

// StepDecay returns a Schedule that begins with the given rate and multiplies it by
// factor each time that the given number of steps is made:
//
//	rate·factor^⌊step/every⌋
//
// New refuses a Schedule whose every is below 1: its rates are NaN.
func StepDecay(rate float64, every int, factor float64) Schedule {
	return func(step int) float64 {
		if every < 1 {
			return math.NaN()
		}
		return rate * math.Pow(factor, float64(step/every))
	}
}
