package train

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Callback sees what happens in a Fit. Options.Callbacks lists them; each event goes to all
// of them, in the order of the list, on the goroutine of Fit.
//
// An error of On ends the Fit, which returns an error that wraps it. ErrStop ends it without
// an error. The callbacks behind it in the list get the event all the same, so that what they
// remember is right when the training goes on.
//
// A Callback may call the Trainer of the event: evaluate, predict, save, but not Fit (ErrBusy).
// One that saves should be the last: what others remember of this event is saved only if they have seen it.
//
// A Callback that remembers something from event to event has the methods of Stateful too.
// Then a run that is saved and restored goes on as if it had not been interrupted.
type Callback interface {
	// On takes in an event. Events point into memory that Fit uses again: copy what
	// you keep.
	On(e Event) error
}

// ErrStop is what On returns to end a Fit without an error. History.Ended is then
// EndCallback.
var ErrStop = errors.New("stop the training, all is well")

// Stateful is a Callback whose memory belongs to the run: Trainer.Save writes it,
// Trainer.Restore gives it back.
type Stateful interface {
	Callback
	// State returns the memory as JSON.
	State() (json.RawMessage, error)
	// SetState takes back what State returned, in another process perhaps.
	SetState(json.RawMessage) error
}

// Event is one of *FitStart, *StepEnd, *EpochEnd, *Validated, *Saved and *FitEnd.
type Event interface{ event() }

// FitStart is the first event of a Fit. Everything has been checked, and nothing computed.
type FitStart struct {
	Trainer *Trainer
	Steps   int // of one epoch
	Epochs  int // to reach: Options.Epochs
}

// StepEnd follows each step. Steps allocate nothing, if the callbacks do not.
type StepEnd struct {
	Trainer  *Trainer
	Step     int     // the number of steps made so far
	Epoch    int     // the number of the epoch, from 1
	Batch    int     // the number of the step within the epoch, from 1
	Last     bool    // it was the last step of the epoch
	Examples int     // in the batch
	Loss     float64 // of the batch, before the step
	Rate     float64 // the learning rate of the step
}

// Validated follows an evaluation within an epoch: see Options.ValidateEvery. That after an
// epoch is part of EpochEnd.
type Validated struct {
	Trainer *Trainer
	Step    int // the number of steps made so far
	Result  Result
}

// EpochEnd follows each epoch, after its evaluation.
type EpochEnd struct {
	Trainer *Trainer
	Epoch   Epoch
}

// Saved says that a checkpoint has been written.
type Saved struct {
	Trainer *Trainer
	Step    int           // the number of steps that it holds
	Path    string        // of the file
	Took    time.Duration // to write it
}

// FitEnd is the last event of a Fit, whatever ended it. An error of On is then added to that
// of Fit.
type FitEnd struct {
	Trainer *Trainer
	History *History
	Err     error // what Fit returns; nil if all is well
}

func (*FitStart) event()  {}
func (*StepEnd) event()   {}
func (*Validated) event() {}
func (*EpochEnd) event()  {}
func (*Saved) event()     {}
func (*FitEnd) event()    {}

// On returns a Callback that calls f for events of one type:
//
//	train.On(func(e *train.EpochEnd) error {
//		fmt.Println(e.Epoch.Epoch, e.Epoch.Loss)
//		return nil
//	})
func On[E Event](f func(E) error) Callback { return on[E]{f} }

type on[E Event] struct{ f func(E) error }

func (c on[E]) On(e Event) error {
	if e, ok := e.(E); ok {
		return c.f(e)
	}
	return nil
}

func (on[E]) made() string {
	var e E
	return fmt.Sprintf("train.On(func(%T) error)", e)
}

// nameOf returns what messages call a callback: its type, or how On was called.
func nameOf(c Callback) string {
	if c, ok := c.(interface{ made() string }); ok {
		return c.made()
	}
	return fmt.Sprintf("%T", c)
}

// checkCallbacks returns an error for a callback that is nil.
func checkCallbacks(list []Callback) error {
	for i, c := range list {
		if mistake.IsNil(c) {
			return mistake.Optionf("Options.Callbacks: callback %d: got a nil %T, want a value", i, c)
		}
	}
	return nil
}
