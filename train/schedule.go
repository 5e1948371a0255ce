package train

import "math"

// Schedule is the learning rate of each step, counted from 0. A step with the rate
// 0, as a warm-up may begin and a decay end with, changes no parameter. A rate that
// is not a finite number of at least 0 stops the training with an error (ErrOption).
type Schedule func(step int) float64

// Constant is the rate lr at every step.
func Constant(lr float64) Schedule { return func(int) float64 { return lr } }

// StepDecay multiplies the rate lr by factor after every so many steps:
// lr·factor^⌊step/every⌋. An every below 1 gives NaN, which New refuses.
func StepDecay(lr float64, every int, factor float64) Schedule {
	return func(step int) float64 {
		if every < 1 {
			return math.NaN()
		}
		return lr * math.Pow(factor, float64(step/every))
	}
}
