package main

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestInterrupted: Ctrl-C ends a verb that waits for input, at its beginning and within it.
func TestInterrupted(t *testing.T) {
	planned, named := rawModel(t, rawTable), straight(t, train.ModelFile{Data: dataset(t)})
	for _, c := range []struct{ verb, model, begin string }{
		{"predict", planned, ""}, {"predict", named, ""}, {"evaluate", planned, ""}, {"evaluate", named, ""},
		{"predict", planned, "colour;size\nblue;3,5\n"}, {"predict", named, "a,b\n0,3\n"}, {"predict", named, "[0, 3]\n"}, {"predict", named, "[[0, 3],\n"},
		{"evaluate", planned, "colour;size;kind\n"}, {"evaluate", planned, "{\"colour\": \"red\","},
	} {
		to := stdin(t)
		if _, err := to.WriteString(c.begin); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(context.Background())
		ended := make(chan error, 1)
		go func() {
			if c.verb == "evaluate" {
				ended <- evaluation{batch: 32}.run(ctx, c.model, "-", io.Discard, io.Discard)
				return
			}
			ended <- predict(ctx, c.model, "-", table{comma: ','}, train.PredictorOptions{}, false, io.Discard)
		}()
		cancel(&train.SignalError{Signal: os.Interrupt})
		if err := <-ended; train.ExitCode(err) != 130 {
			t.Errorf("%s, %q: got %v with status %d, want 130", c.verb, c.begin, err, train.ExitCode(err))
		}
	}
}

// TestInterruptedStays: after the end of the context no read has what came too late.
func TestInterruptedStays(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	from, late := io.Pipe()
	r := &interruptible{ctx: ctx, from: from}
	cancel(&train.SignalError{Signal: os.Interrupt})
	p := make([]byte, 8)
	if n, err := r.Read(p); n != 0 || train.ExitCode(err) != 130 {
		t.Fatalf("got %d bytes and %v, want none and the signal", n, err)
	}
	go late.Write([]byte("late"))
	for range 50 {
		if n, err := r.Read(p); n != 0 || train.ExitCode(err) != 130 {
			t.Fatalf("later: got %d bytes and %v, want none and the signal", n, err)
		}
	}
	from.Close()
}
