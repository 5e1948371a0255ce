package train_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestInspect: a Trainer tells of itself what the functions beside it do, in both types, and with
// steps within the run, in pieces and with averages. It is the same before and after.
func TestInspect(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, o := range []train.Options{{}, {Optimizer: train.SGD{}}, {MicroBatch: 3, Optimizer: train.EMA{}}} {
			o.Epochs, o.BatchSize, o.Schedule = 2, 8, schedule.Constant(0.01)
			m := layered(d, 20)
			set := layeredSet(t, 20)
			tr := newTrainer(t, m, o)
			if _, err := tr.Fit(t.Context(), set); err != nil {
				t.Fatal(err)
			}
			before := runOf(t, tr)
			inspect(t, tr, o, m)
			if !bytes.Equal(runOf(t, tr), before) {
				t.Errorf("%v %+v: the training is not as it was", d, o)
			}
		}
	}
}

// runOf returns the whole training as a file.
func runOf(t *testing.T, tr *train.Trainer) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run")
	if err := tr.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func inspect(t *testing.T, tr *train.Trainer, o train.Options, m train.Model) {
	t.Helper()
	set := layeredSet(t, 20)
	want, err := train.Summarize(m, 8, o)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := tr.Summarize(8); err != nil || s.String() != want.String() {
		t.Errorf("Summarize: got %v, %v, want %v", s, err, want)
	}
	var phases []string
	plan, err := tr.Plan(8, func(p graph.Phase) { phases = append(phases, p.Name) })
	if err != nil || plan.Stats.Kernels != want.Training.Kernels || len(phases) == 0 || phases[len(phases)-1] != "plan" {
		t.Errorf("Plan: got %+v, %v, and the phases %q", plan.Stats, err, phases)
	}
	b, l, out, err := tr.Graph(4)
	if err != nil || len(b.ParamNodes()) != 10 || len(b.Shape(l)) != 0 || b.Shape(out)[0] != 4 {
		t.Errorf("Graph: got %v and %v, %v", l, out, err)
	}
	norm := tr.GradNorm()
	p, err := tr.Profile(t.Context(), set, 8, 2)
	if err != nil || len(p.Kernels) != plan.Stats.Kernels || p.PerRun <= 0 {
		t.Errorf("Profile: got %v, %v, want %d kernels", p, err, plan.Stats.Kernels)
	}
	if now := tr.GradNorm(); math.Float64bits(now) != math.Float64bits(norm) {
		t.Errorf("Profile has changed the gradients: their norm is %v, and was %v", now, norm)
	}
	losses, err := tr.Losses(t.Context(), set, 100)
	if err != nil || len(losses) != 20 {
		t.Fatalf("Losses: got %v, %v", losses, err)
	}
	r, err := tr.EvaluateWith(t.Context(), set, train.MSE(), train.MAE())
	mean := 0.0
	for _, l := range losses {
		mean += l / 20
	}
	if err != nil || len(r.Metrics) != 2 || math.Abs(mean-r.Loss) > 1e-5*r.Loss || math.Abs(r.Metrics[0].Value-r.Loss) > 1e-5*r.Loss {
		t.Errorf("EvaluateWith: got %+v, %v, want the loss %v", r, err, mean)
	}
	if r, err = tr.Evaluate(t.Context(), set); err != nil || len(r.Metrics) != 0 {
		t.Errorf("Evaluate has the metrics of another call: %+v, %v", r, err)
	}
	h := tr.History()
	h.Epochs[0].Loss = -1
	if got := tr.History(); len(got.Epochs) != 2 || got.Epochs[0].Loss == -1 {
		t.Errorf("History: got %+v", got)
	}
	if losses, err = tr.Losses(t.Context(), set, 3); err != nil || len(losses) != 3 {
		t.Errorf("Losses of three: got %v, %v", losses, err)
	}
}

// TestInspectRefusals: mistakes are errors with their kind.
func TestInspectRefusals(t *testing.T) {
	tr := newTrainer(t, layered(graph.Float64, 5), train.Options{})
	var none context.Context
	ctx, set := t.Context(), layeredSet(t, 4)
	for name, err := range map[string]error{
		"Summarize":                 func() error { _, err := tr.Summarize(0); return err }(),
		"Plan":                      func() error { _, err := tr.Plan(0, nil); return err }(),
		"Graph":                     func() error { _, _, _, err := tr.Graph(-1); return err }(),
		"Profile without runs":      func() error { _, err := tr.Profile(ctx, set, 2, 0); return err }(),
		"Profile without examples":  func() error { _, err := tr.Profile(ctx, set, 0, 2); return err }(),
		"EvaluateWith of no name":   func() error { _, err := tr.EvaluateWith(ctx, set, train.Metric{}); return err }(),
		"Losses of none":            func() error { _, err := tr.Losses(ctx, set, 0); return err }(),
		"Losses without a context":  func() error { _, err := tr.Losses(none, set, 2); return err }(),
		"Profile without a context": func() error { _, err := tr.Profile(none, set, 2, 2); return err }(),
	} {
		if !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
