package train

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

// ErrSignal: a signal has ended a Fit, or another call with the context of WithSignals. The
// error is a *SignalError too.
var ErrSignal = errors.New("ended by a signal")

// SignalError is the error of what a signal has ended. It wraps ErrSignal and
// context.Canceled; find it with errors.As.
type SignalError struct{ Signal os.Signal }

// Error returns the name of the signal.
func (e *SignalError) Error() string { return fmt.Sprintf("got the signal %v", e.Signal) }

// Unwrap returns ErrSignal and context.Canceled.
func (e *SignalError) Unwrap() []error { return []error{ErrSignal, context.Canceled} }

// WithSignals returns a context for Fit that an interrupt (Ctrl-C) or a request to
// terminate ends in good order:
//
//	ctx, stop := train.WithSignals(context.Background())
//	defer stop()
//	history, err := trainer.Fit(ctx, set)
//	if err != nil {
//		log.Print(err)
//		os.Exit(train.ExitCode(err))
//	}
//
// The first signal cancels the context with a *SignalError as its cause. Fit completes the
// step, writes a checkpoint if it writes any, and returns the error. A second signal
// ends the process at once, with the same exit code.
//
// The signals are SIGINT and SIGTERM on Unix, and Interrupt elsewhere. They count also
// where a shell lets the process ignore them, as SIGINT in the background of a script. The
// function stop, which must be called, gives signals their usual meaning back. A nil ctx
// is context.Background().
func WithSignals(ctx context.Context) (out context.Context, stop context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	out, cancel := context.WithCancelCause(ctx)
	got, done := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(got, endingSignals...)
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case s := <-got:
				if e := (&SignalError{s}); n == 0 {
					cancel(e)
				} else {
					os.Exit(ExitCode(e))
				}
			}
		}
	}()
	return out, sync.OnceFunc(func() {
		signal.Stop(got)
		close(done)
		cancel(nil)
	})
}

// ExitCode returns the exit code of a process that ends with the error: 0 for nil, and 1 for
// an error. A *SignalError has what shells expect, 128 and the number of the signal: 130
// for SIGINT, 143 for SIGTERM. It is dist.ExitLost if other processes cannot be reached
// any more.
func ExitCode(err error) int {
	var s *SignalError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &s):
		return 128 + signalNumber(s.Signal)
	case errors.Is(err, errLost):
		return dist.ExitLost
	}
	return 1
}

// stopped returns the error of a context that has ended, nil before. It has the cause, and
// is the error of ctx too.
func stopped(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return kinded{cause, err}
}
