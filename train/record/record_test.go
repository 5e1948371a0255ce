package record_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// circles returns a data set of n examples with two classes.
func circles(t testing.TB, n int) *data.Dataset {
	t.Helper()
	var x []float64
	var y []int
	for i := range n {
		r := 1 + float64(i%2)
		x = append(x, r*math.Cos(float64(i)), r*math.Sin(float64(i)))
		y = append(y, i%2)
	}
	d, err := data.XLabels(x, 2, y)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// trainer returns a Trainer for circles with batches of 4.
func trainer(t testing.TB, o train.Options) *train.Trainer {
	t.Helper()
	return trainerOf(t, graph.Float64, o)
}

func trainerOf(t testing.TB, d graph.DType, o train.Options) *train.Trainer {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{3}, Out: 2, DType: d, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	o.BatchSize = 4
	tr, err := train.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// fit makes the epochs up to the given one. A callback may end it.
func fit(t testing.TB, tr *train.Trainer, d *data.Dataset, epochs int) *train.History {
	t.Helper()
	if err := tr.SetEpochs(epochs); err != nil {
		t.Fatal(err)
	}
	h, err := tr.Fit(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// stopAt returns a callback that ends a Fit after the given step.
func stopAt(step int) train.Callback {
	return train.On(func(e *train.StepEnd) error {
		if e.Step == step {
			return train.ErrStop
		}
		return nil
	})
}

// broken is a writer that takes n bytes.
type broken struct{ n int }

var errFull = errors.New("no space")

func (w *broken) Write(b []byte) (int, error) {
	if w.n -= len(b); w.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}
