package train_test

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// fitted returns the history of a Fit, which must have no error.
func fitted(t *testing.T, tr *train.Trainer, d *data.Dataset) *train.History {
	t.Helper()
	h, err := tr.Fit(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestDryRun: it measures one batch, sends no event, and leaves the bits of a training as
// they are, at its beginning and in its middle.
func TestDryRun(t *testing.T) {
	set := blobs(t, 30)
	options := train.Options{BatchSize: 8, Epochs: 2, Validation: blobs(t, 20), Metrics: []train.Metric{train.Accuracy()}, Schedule: schedule.Cosine{Rate: 0.01}, Optimizer: train.Adam{}}
	want := fitted(t, newTrainer(t, newNet(graph.Float64, 0.2), options), set)

	var out bytes.Buffer
	events := 0
	dry := options
	dry.DryRun, dry.Progress = true, &out
	dry.Callbacks = []train.Callback{train.On(func(train.Event) error { events++; return nil })}
	m := newNet(graph.Float64, 0.2)
	tr := newTrainer(t, m, dry)
	h := fitted(t, tr, set)
	e := h.Last()
	if len(h.Epochs) != 1 || h.Ended != train.EndDryRun || e.Validation == nil || len(e.Metrics) != 1 || e.Loss <= 0 || e.LearningRate != 0.01 || events != 0 {
		t.Errorf("got %+v and %d events, want one epoch and none", h, events)
	}
	if !strings.HasPrefix(out.String(), "dry run: loss ") || tr.Position() != (train.Position{}) {
		t.Errorf("got %q at %+v", out.String(), tr.Position())
	}
	before := slices.Clone(m.p.Values("hidden/weight"))
	fitted(t, tr, set)
	if !slices.Equal(before, m.p.Values("hidden/weight")) {
		t.Error("got other parameters after a dry run")
	}
	if got := fitted(t, newTrainer(t, m, options), set); !reflect.DeepEqual(got.Losses(), want.Losses()) {
		t.Errorf("got the losses %v after a dry run, want %v", got.Losses(), want.Losses())
	}
	bad := dry
	bad.Validation = func() *data.Dataset {
		d, err := data.XLabels([]float64{1, 2, 3, 4}, 2, []int{0, 1})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}()
	if h, err := newTrainer(t, newNet(graph.Float64, 0), bad).Fit(context.Background(), set); err == nil || h.Ended != train.EndError {
		t.Errorf("got %v and %v, want the mistake in Validation", h.Ended, err)
	}
}

// TestLimitBatches: epochs have as many steps as the limit says, each with batches of its
// own, and OverfitBatches the same ones.
func TestLimitBatches(t *testing.T) {
	set := blobs(t, 30)
	for _, c := range []struct {
		o     train.Options
		steps int // of an epoch
		same  bool
	}{
		{train.Options{}, 4, false},
		{train.Options{LimitBatches: 2}, 2, false},
		{train.Options{LimitBatches: 9}, 4, false},
		{train.Options{OverfitBatches: 2}, 2, true},
		{train.Options{OverfitBatches: 4}, 4, true},
	} {
		c.o.BatchSize, c.o.Epochs, c.o.Schedule = 8, 3, schedule.Constant(0)
		var losses []float64
		c.o.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error { losses = append(losses, e.Loss); return nil })}
		h := fitted(t, newTrainer(t, newNet(graph.Float64, 0), c.o), set)
		if h.Last().Step != 3*c.steps || len(losses) != 3*c.steps {
			t.Errorf("%d and %d: got %d steps, want %d", c.o.LimitBatches, c.o.OverfitBatches, h.Last().Step, 3*c.steps)
			continue
		}
		if same := slices.Equal(losses[:c.steps], losses[c.steps:2*c.steps]); same != c.same {
			t.Errorf("%d and %d: got the losses %v, want the same batches in each epoch: %v", c.o.LimitBatches, c.o.OverfitBatches, losses, c.same)
		}
	}
	// A model learns a few batches by heart.
	h := fitted(t, newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 8, OverfitBatches: 2, Epochs: 200, Schedule: schedule.Constant(0.05)}), set)
	if h.Last().Loss > 0.01 {
		t.Errorf("got the loss %v, want almost 0", h.Last().Loss)
	}
}

// TestValidateEvery: events come after the steps within an epoch, with the numbers of
// Evaluate, and change no bit; LimitValidation takes the first batches.
func TestValidateEvery(t *testing.T) {
	set, validation := blobs(t, 60), blobs(t, 21)
	options := train.Options{BatchSize: 8, EvalBatch: 5, Epochs: 2, Validation: validation, Metrics: []train.Metric{train.Accuracy()}}
	want := fitted(t, newTrainer(t, newNet(graph.Float64, 0.1), options), set)

	var steps []int
	options.ValidateEvery = 3
	options.Callbacks = []train.Callback{train.On(func(e *train.Validated) error {
		steps = append(steps, e.Step)
		r, err := e.Trainer.Evaluate(context.Background(), validation)
		if err == nil && !reflect.DeepEqual(r, e.Result) {
			t.Errorf("step %d: got %+v, want %+v", e.Step, e.Result, r)
		}
		return err
	})}
	got := fitted(t, newTrainer(t, newNet(graph.Float64, 0.1), options), set)
	if !reflect.DeepEqual(got.Losses(), want.Losses()) || !reflect.DeepEqual(got.Validations(), want.Validations()) {
		t.Errorf("got %v, want %v", got.Losses(), want.Losses())
	}
	if !slices.Equal(steps, []int{3, 6, 9, 12, 15}) {
		t.Errorf("got evaluations after the steps %v, want 3, 6, 9, 12 and 15 of 16", steps)
	}

	first, err := data.New(rowsOf(t, validation, 10)...)
	if err != nil {
		t.Fatal(err)
	}
	options.Callbacks, options.ValidateEvery, options.LimitValidation = nil, 0, 2
	tr := newTrainer(t, newNet(graph.Float64, 0.1), options)
	h := fitted(t, tr, set)
	r, err := tr.Evaluate(context.Background(), first)
	if err != nil || *h.Last().Validation != r.Loss || !reflect.DeepEqual(h.Last().Metrics, r.Metrics) {
		t.Errorf("got %v and %v, want those of the first 10 examples, %+v (%v)", *h.Last().Validation, h.Last().Metrics, r, err)
	}
}

// rowsOf returns the fields x and y of the first n examples.
func rowsOf(t *testing.T, d *data.Dataset, n int) []data.Field {
	t.Helper()
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	x.Floats, y.Ints = x.Floats[:n*x.Size()], y.Ints[:n]
	return []data.Field{x, y}
}

// TestSwitchErrors: switches that contradict each other are refused by New.
func TestSwitchErrors(t *testing.T) {
	for name, o := range map[string]train.Options{
		"both limits":             {OverfitBatches: 1, LimitBatches: 1},
		"nothing to validate":     {ValidateEvery: 2},
		"negative OverfitBatches": {OverfitBatches: -1},
		"negative LimitBatches":   {LimitBatches: -1},
		"negative LimitValid":     {LimitValidation: -1},
		"negative ValidateEvery":  {ValidateEvery: -1},
	} {
		if _, err := train.New(newNet(graph.Float64, 0), o); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v, want an ErrOption", name, err)
		}
	}
}
