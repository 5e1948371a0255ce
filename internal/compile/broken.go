package compile

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
)

// broken is a panic of the compiler with the phase that it came from.
type broken struct {
	phase string
	f     *ir.Func
	cause any
}

// locate, when deferred, adds to a panic where it came from.
func locate(phase string, f *ir.Func) {
	if r := recover(); r != nil {
		panic(broken{phase, f, r})
	}
}

// Recover, when deferred by a function that compiles, makes a panic of the
// compiler, which is a broken invariant of its own, the error *err: with the
// phase and the computation as it then was, for a report of the fault.
func Recover(what string, err *error) {
	switch r := recover().(type) {
	case nil:
	case broken:
		*err = errors.Errorf("%s: internal error in %s: %v\n%s", what, r.phase, r.cause, r.f.Short())
	default:
		*err = errors.Errorf("%s: internal error: %v", what, r)
	}
}
