package train_test

import (
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/record"
)

// TestFitAllocatesNothing: the steps of a Fit allocate nothing, whatever sees them and
// however they are made.
func TestFitAllocatesNothing(t *testing.T) {
	set := blobs(t, 2000)
	weighted := withWeights(t, set)
	seen := 0
	for name, c := range map[string]struct {
		set *data.Dataset
		o   func() train.Options
	}{
		"SGD":  {set, func() train.Options { return train.Options{Optimizer: train.SGD{}} }},
		"Adam": {set, func() train.Options { return train.Options{} }},
		"EMA":  {set, func() train.Options { return train.Options{Optimizer: train.EMA{}} }},
		"clipped EMA": {set, func() train.Options {
			return train.Options{Optimizer: train.ClipNorm{Optimizer: train.EMA{Optimizer: train.SGD{Momentum: 0.9}}, Norm: 0.1}}
		}},
		"Lookahead": {set, func() train.Options { return train.Options{Optimizer: train.Lookahead{}} }},
		"MicroBatch": {set, func() train.Options {
			return train.Options{BatchSize: 16, MicroBatch: 5, Optimizer: train.ClipNorm{Norm: 0.1}}
		}},
		"Shards": {set, func() train.Options {
			return train.Options{BatchSize: 16, Shards: 5, Optimizer: train.ClipNorm{Norm: 0.1}}
		}},
		"SampleWeight": {weighted, func() train.Options { return train.Options{SampleWeight: "weight"} }},
		"SampleWeight and MicroBatch": {weighted, func() train.Options {
			return train.Options{SampleWeight: "weight", BatchSize: 16, MicroBatch: 4}
		}},
		"callbacks": {set, func() train.Options {
			return train.Options{Callbacks: []train.Callback{
				train.On(func(*train.StepEnd) error { seen++; return nil }),
				train.On(func(e *train.StepEnd) error { seen += e.Examples; return nil })}}
		}},
		"CSV": {set, func() train.Options {
			return train.Options{Callbacks: []train.Callback{&record.CSV{Writer: io.Discard}}}
		}},
		"JSONLines": {set, func() train.Options {
			return train.Options{Callbacks: []train.Callback{&record.JSONLines{Writer: io.Discard, EverySteps: 1}}}
		}},
		"TensorBoard": {set, func() train.Options {
			return train.Options{Callbacks: []train.Callback{&record.TensorBoard{Dir: t.TempDir(), EverySteps: 1, GradientNorm: true}}}
		}},
		"Checkpoint": {set, func() train.Options {
			return train.Options{Checkpoint: &train.Checkpoint{Dir: t.TempDir()}}
		}},
	} {
		if runtime.GOOS == "js" && name == "TensorBoard" {
			continue // each step writes to a file, which allocates there
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			if n, steps := fitAllocs(t, c.set, d, c.o()); n > steps/10 { // the runtime may allocate now and then
				t.Errorf("%s, %v: got %d allocations in %d steps, want none", name, d, n, steps)
			}
		}
	}
}

// TestRanksAllocs lets two ranks train, whose steps allocate nothing.
func TestRanksAllocs(t *testing.T) {
	set := blobs(t, 2000)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // each processor keeps goroutines that have ended, and makes new ones first
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		n := make([]uint64, 2)
		var steps uint64
		onRanks(2, func(e dist.Engine) {
			o := train.Options{BatchSize: 16, Shards: 4, Ranks: e}
			if e.Rank() == 0 {
				n[0], steps = fitAllocs(t, set, d, o)
				return
			}
			o.Epochs, o.Workers = 1, 1
			o.Callbacks = []train.Callback{train.On(func(*train.StepEnd) error { return nil })} // as the other, and not called
			if _, err := newTrainer(t, newNet(d, 0.2), o).Fit(context.Background(), set); err != nil {
				t.Error(err)
			}
		})
		if n[0] > steps/10 {
			t.Errorf("%v: got %d allocations in %d steps, want none", d, n[0], steps)
		}
	}
}

// withWeights returns the data set with a weight for each example.
func withWeights(t *testing.T, d *data.Dataset) *data.Dataset {
	t.Helper()
	w := make([]float64, d.Len())
	for i := range w {
		w[i] = 0.5 + float64(i%3)
	}
	set, err := data.New(append(d.Fields(), data.Field{Name: "weight", Floats: w})...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// fitAllocs returns the number of allocations in some steps within an epoch of a Fit.
func fitAllocs(t *testing.T, set *data.Dataset, d graph.DType, o train.Options) (n uint64, steps uint64) {
	t.Helper()
	const first, last = 20, 120
	var before, after runtime.MemStats
	if o.BatchSize == 0 {
		o.BatchSize = 8
	}
	o.Epochs, o.Workers = 1, 1
	o.Callbacks = append(o.Callbacks, train.On(func(e *train.StepEnd) error {
		switch e.Step {
		case first:
			runtime.ReadMemStats(&before)
		case last:
			runtime.ReadMemStats(&after)
		}
		return nil
	}))
	h, err := newTrainer(t, newNet(d, 0.2), o).Fit(context.Background(), set)
	if err != nil || h.Last().Step <= last {
		t.Fatalf("got %v and %v, want more than %d steps", h, err, last)
	}
	return after.Mallocs - before.Mallocs, last - first
}
