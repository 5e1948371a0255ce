package schedule

import (
	"math"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Schedule gives the learning rate of each step.
//
// A Schedule is a pure function: equal Moments give equal rates, so a training that is
// interrupted and goes on has the same rates. It must not change the Moment. A Trainer asks
// once for each step that it begins, on the goroutine of Fit or Step.
//
// A step with the rate 0 changes no parameter. The slots of the optimizer move, and the step
// counts, as in PyTorch. A rate that is not a finite number of at least 0 ends the training
// with an ErrOption.
//
// A Schedule may have a method Validate() error, which says what is wrong with its settings.
type Schedule interface {
	// At returns the learning rate of the step at m.
	At(m Moment) float64
}

// Moment says when a step is made.
type Moment struct {
	Step int // the number of steps made before it: 0 for the first one
	// Steps is the number of steps of the whole training, as Fit and Trainer.Steps make it:
	// Options.Epochs times the steps of an epoch, and single steps made before. It is 0 in
	// Trainer.Step.
	Steps  int
	Epoch  int // the number of epochs that are complete
	Epochs int // of the whole training; 0 in Trainer.Step
	// Measured holds what was measured after each complete epoch: the validation loss under
	// the name "", and each metric under its name. A value that was not measured is NaN.
	Measured map[string][]float64
}

// Validator is a Schedule that checks its settings.
type Validator interface{ Validate() error }

// Validate returns what is wrong with the settings of s, and of the schedules within it; nil
// if nothing is. Errors: ErrOption for a nil s too.
func Validate(s Schedule) error {
	if mistake.IsNil(s) {
		return mistake.Optionf("got a nil %T, want a schedule", s)
	}
	if v, ok := s.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// Constant is the same rate at every step.
type Constant float64

// At returns the rate.
func (c Constant) At(Moment) float64 { return float64(c) }

// Validate returns an ErrOption for a rate that is not a finite number of at least 0.
func (c Constant) Validate() error { return notNegative("Constant", float64(c)) }

// Func is a Schedule of your own, as a function of the number of the step, from 0. It cannot
// be written as JSON; a type of your own with the method At can.
type Func func(step int) float64

// At returns f(m.Step).
func (f Func) At(m Moment) float64 { return f(m.Step) }

// MarshalJSON returns an ErrUnsupported: JSON cannot hold a function.
func (f Func) MarshalJSON() ([]byte, error) {
	return nil, mistake.Newf(mistake.ErrUnsupported, "schedule: Func.MarshalJSON: got a function, want a type with settings: JSON cannot hold a function")
}

// unknown is the rate of a schedule that needs to know how long the training is, and does
// not.
func unknown() float64 { return math.NaN() }
