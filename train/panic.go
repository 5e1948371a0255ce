package train

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// PanicError is the error of a panic in code of yours that a Trainer or Build called:
// a model's Loss, an Optimizer, a Schedule, a Metric, a Callback, an augment.Func. Find
// it with errors.As. Print the error with %+v to see the stack.
type PanicError struct {
	In    string // the function that was called: "Loss"
	Value any    // what was given to panic
	At    string // file:line where the panic began
	Stack []byte // the stack of the goroutine at that time, as debug.Stack prints it

	after string // what is left of the step
}

// Error returns function, place and value in one line.
func (e *PanicError) Error() string {
	return fmt.Sprintf("%s panicked at %s: %v%s", e.In, e.At, e.Value, e.after)
}

// Unwrap returns Value if it is an error, and else nil.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format adds the stack for %+v.
func (e *PanicError) Format(s fmt.State, verb rune) {
	switch {
	case verb == 'q':
		fmt.Fprintf(s, "%q", e.Error())
	case verb == 'v' && s.Flag('+'):
		fmt.Fprintf(s, "%s\n%s", e.Error(), e.Stack)
	default:
		io.WriteString(s, e.Error())
	}
}

// try calls f, which calls a function of the user, and returns a panic of it as a
// *PanicError.
func try(function string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			p := newPanicError(r)
			p.In = function
			err = p
		}
	}()
	return f()
}

// newPanicError returns the panic with the value r. A deferred function calls it while
// the goroutine panics. A panic that was passed on from another goroutine stays as it
// is.
func newPanicError(r any) *PanicError {
	if p, ok := r.(*PanicError); ok {
		return p
	}
	return &PanicError{Value: r, At: placeOfPanic(), Stack: debug.Stack()}
}

// placeOfPanic returns the file:line of the function that panics: the first one below
// the runtime's.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		runtimes := strings.HasPrefix(f.Function, "runtime.")
		panicking = panicking || runtimes
		if panicking && !runtimes {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
