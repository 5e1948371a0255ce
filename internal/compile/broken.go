package compile

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
)

// broken is a panic of the compiler, with the phase in which it happened.
type broken struct {
	phase string
	f     *ir.Func
	cause any
}

// locate, when deferred, adds the phase and the function to a panic.
func locate(phase string, f *ir.Func) {
	if r := recover(); r != nil {
		panic(broken{phase, f, r})
	}
}

// Recover, when deferred by a function that compiles, turns a panic of the compiler into
// the error *err. A panic is a fault of the compiler, so the error holds what a report
// needs: the phase, and the computation as it was then.
func Recover(what string, err *error) {
	switch r := recover().(type) {
	case nil:
	case broken:
		*err = errors.Errorf("%s: internal error in %s: %v\n%s", what, r.phase, r.cause, r.f.Short())
	default:
		*err = errors.Errorf("%s: internal error: %v", what, r)
	}
}
