package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestExitCode: nil, a signal, and other errors.
func TestExitCode(t *testing.T) {
	interrupted := &train.SignalError{Signal: os.Interrupt}
	for _, c := range []struct {
		err  error
		want int
	}{{nil, 0}, {errors.New("a"), 1}, {context.Canceled, 1}, {interrupted, 130}, {fmt.Errorf("Fit: %w", interrupted), 130}} {
		if got := train.ExitCode(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
	if !errors.Is(interrupted, train.ErrSignal) || !errors.Is(interrupted, context.Canceled) {
		t.Error("got an error that is neither an ErrSignal nor context.Canceled")
	}
}

// TestWithSignals: without a signal the context is that of the parent, until stop.
func TestWithSignals(t *testing.T) {
	var none context.Context
	ctx, stop := train.WithSignals(none)
	if ctx.Err() != nil {
		t.Fatalf("got %v, want no error", ctx.Err())
	}
	stop()
	stop()
	if !errors.Is(ctx.Err(), context.Canceled) || errors.Is(context.Cause(ctx), train.ErrSignal) {
		t.Errorf("got %v by %v, want it cancelled by stop", ctx.Err(), context.Cause(ctx))
	}
	parent, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	ctx, stop = train.WithSignals(parent)
	defer stop()
	<-ctx.Done()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("got %v, want that of the parent", ctx.Err())
	}
}

// TestCause: Fit and Evaluate return the cause of a context's end, and are of its kind.
func TestCause(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{})
	h, err := tr.Fit(ctx, blobs(t, 9))
	if !errors.Is(err, cause) || !errors.Is(err, context.Canceled) || h.Ended != train.EndCancelled {
		t.Errorf("got %v and the end %v, want the cause", err, h.Ended)
	}
	if _, err := tr.Evaluate(ctx, blobs(t, 9)); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
}
