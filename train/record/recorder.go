package record

import (
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
)

// Recorder is what Statistics and callbacks of yours give numbers to. *JSONLines and
// *TensorBoard are Recorders.
//
// A Recorder that is one of Options.Callbacks opens its file with the first event of a
// Fit, so list it before those that write to it.
type Recorder interface {
	train.Callback
	// Values writes numbers that belong to the given number of steps made. Names may
	// have parts, divided by slashes: "gradients/dense0/weight/norm". It must not keep
	// the list.
	//
	// Errors: ErrOption outside of a Fit; those of the file.
	Values(step int, list []train.Value) error
}

// distributor is a Recorder that takes distributions too.
type distributor interface {
	distribution(step int, name string, d distribution) error
}

// outside is the error of a call of a recorder outside of a Fit.
func outside(name string) error {
	return mistake.Optionf("record: %s: got a call outside of a Fit, want it in Options.Callbacks, before the callbacks that write to it", name)
}
