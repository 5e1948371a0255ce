package train_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestProgressGoesOn checks that a second Fit counts on, as callbacks do, and that
// the lines of no terminal are plain.
func TestProgressGoesOn(t *testing.T) {
	var out bytes.Buffer
	var said []int
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, Progress: &out, Callbacks: []train.Callback{train.On(func(e *train.EpochEnd) error {
		said = append(said, e.Epoch.Epoch)
		return nil
	})}})
	for i := range 2 {
		if err := tr.SetEpochs(2 * (i + 1)); err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), blobs(t, 64)); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) == 5 && lines[2] == "note: goes on after 4 steps, in epoch 3" {
		lines = append(lines[:2], lines[3:]...)
	}
	if len(lines) != 4 || len(said) != 4 || strings.ContainsAny(out.String(), "\r\x1b") {
		t.Fatalf("got %q, want four plain lines, and a note between", out.String())
	}
	for i, begin := range []string{"epoch 1/2  loss ", "epoch 2/2  loss ", "epoch 3/4  loss ", "epoch 4/4  loss "} {
		if !strings.HasPrefix(lines[i], begin) || !strings.HasSuffix(lines[i], " examples/s") || said[i] != i+1 {
			t.Errorf("got the line %q and the epoch %d, want %s…", lines[i], said[i], begin)
		}
	}
}

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestProgressFails checks that a progress that cannot be written stops nothing.
func TestProgressFails(t *testing.T) {
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, Progress: full{}})
	if h, err := tr.Fit(context.Background(), blobs(t, 9)); err != nil || len(h.Epochs) != 2 {
		t.Errorf("got %v and %d epochs, want two", err, len(h.Epochs))
	}
}
