package train_test

import (
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestMemoryLimit trains with less memory than a step needs.
func TestMemoryLimit(t *testing.T) {
	tr, err := train.New(newNet(graph.Float32, 0), train.Options{MemoryLimit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var e *graph.MemoryError
	if _, err = tr.Fit(t.Context(), blobs(t, 64)); !errors.Is(err, graph.ErrMemory) || !errors.As(err, &e) || e.Allowed != 1000 {
		t.Errorf("got %v, want a MemoryError", err)
	}
}
