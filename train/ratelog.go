package train

import (
	"encoding/json"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// StepRate is a step in History.Steps.
type StepRate struct {
	Step int     // the number of steps made, with this one
	Rate float64 // the learning rate of the step
	Loss float64 // of the batch, before the step
}

// RateLog is a Callback that puts the learning rate and the loss of each step into
// History.Steps, for a look at a schedule and at how noisy the losses are:
//
//	train.Options{Callbacks: []train.Callback{&train.RateLog{}}}
//
// The list is that of the whole training: a run that was restored goes on with it. It
// takes 24 bytes for a step. The rates at the end of epochs are in History.Epochs
// without it.
//
// Use a pointer. Errors of its events: ErrOption for a negative EverySteps.
type RateLog struct {
	EverySteps int // each step whose number is a multiple; default 1

	steps []StepRate
}

// On takes in a step.
func (l *RateLog) On(e Event) error {
	every := max(1, l.EverySteps)
	switch e := e.(type) {
	case *FitStart:
		if l.EverySteps < 0 {
			return mistake.Optionf("RateLog.EverySteps: got %d, want at least 0", l.EverySteps)
		}
		at := e.Trainer.Position()
		n := slices.IndexFunc(l.steps, func(s StepRate) bool { return s.Step > at.Step })
		if n >= 0 { // the Trainer went back
			l.steps = l.steps[:n]
		}
		left := int64(e.Epochs-at.Epoch) * int64(e.Steps) / int64(every)
		l.steps = slices.Grow(l.steps, int(min(max(left, 0), 1<<16))) // so that these steps allocate nothing
	case *StepEnd:
		if e.Step%every == 0 {
			l.steps = append(l.steps, StepRate{e.Step, e.Rate, e.Loss})
		}
	case *FitEnd:
		if e.History != nil {
			e.History.Steps = slices.Clone(l.steps)
		}
	}
	return nil
}

// State returns the steps.
func (l *RateLog) State() (json.RawMessage, error) { return json.Marshal(l.steps) }

// SetState takes back what State returned.
func (l *RateLog) SetState(state json.RawMessage) error {
	l.steps = nil
	return errors.Wrap(json.Unmarshal(state, &l.steps), "train: RateLog: the state")
}
