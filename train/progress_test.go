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

// TestProgressGoesOn checks that a second Fit counts on, as OnEpoch does, and that
// the lines of no terminal are plain.
func TestProgressGoesOn(t *testing.T) {
	var out bytes.Buffer
	var said []int
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, Progress: &out, OnEpoch: func(e train.Epoch) error {
		said = append(said, e.Epoch)
		return nil
	}})
	for range 2 {
		if _, err := tr.Fit(context.Background(), blobs(t, 64)); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 4 || len(said) != 4 || strings.ContainsAny(out.String(), "\r\x1b") {
		t.Fatalf("got %q, want four plain lines", out.String())
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
