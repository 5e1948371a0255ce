package train_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestAverageFormulas makes steps p = n, by gradient descent with the gradient −1, and holds
// the slots to their formulas.
func TestAverageFormulas(t *testing.T) {
	sgd := train.SGD{}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, c := range map[string]struct {
			o    train.Optimizer
			slot string
			want []float64 // after each step
		}{
			"EMA":            {train.EMA{Optimizer: sgd, Decay: 0.5}, "average", []float64{0.5, 1.25, 2.125, 3.0625}},
			"EMA, Decay 0":   {train.EMA{Optimizer: sgd, Decay: train.Zero}, "average", []float64{1, 2, 3, 4}},
			"EMA, warm-up":   {train.EMA{Optimizer: sgd, WarmUp: true}, "average", []float64{9. / 11, 9./11*0.25 + 2*0.75, (9./11*0.25+1.5)*4/13 + 3*9./13}},
			"EMA, warm":      {train.EMA{Optimizer: sgd, WarmUp: true, Decay: 0.2}, "average", []float64{9. / 11, 9./11*0.2 + 2*0.8}},
			"SWA":            {train.SWA{Optimizer: sgd}, "average", []float64{1, 1.5, 2, 2.5}},
			"SWA, 2, 2":      {train.SWA{Optimizer: sgd, Start: 2, Every: 2}, "average", []float64{0, 2, 2, 3, 3, 4}},
			"Lookahead":      {train.Lookahead{Optimizer: sgd, K: 2}, "slow", []float64{0, 1, 1, 2, 2, 3}},
			"Lookahead of 1": {train.Lookahead{Optimizer: sgd, K: 3, Alpha: 0.25}, "slow", []float64{0, 0, 0.75, 0.75, 0.75, 1.5}},
		} {
			ps := one(t, d, 0, 0, 0)
			v := viewOf(t, ps, c.o, 1)
			for i, want := range c.want {
				setGrads(ps, func(int) float64 { return -1 })
				c.o.Update(train.Step{N: i + 1, Rate: 1}, v)
				got := 0.0
				train.EachParam(v, v.Slot(c.slot), func(slot int, x train.Span[float32]) { got = float64(x.Slot[slot][1]) },
					func(slot int, x train.Span[float64]) { got = x.Slot[slot][1] })
				if math.Abs(got-want) > 1e-6 {
					t.Errorf("%v, %s, step %d: got %v, want %v", d, name, i+1, got, want)
				}
				if p := ps.Values("w")[1]; c.slot == "slow" && (i+1)%c.o.(train.Lookahead).K == 0 && p != got {
					t.Errorf("%v, %s, step %d: got the parameter %v, want %v", d, name, i+1, p, got)
				}
			}
		}
	}
}

// averageOf computes the EMA of the parameters apart, by a callback.
type averageOf struct {
	decay float64
	list  map[string][]float64
}

func (a *averageOf) start(p *graph.Params) {
	a.list = map[string][]float64{}
	for _, q := range p.List() {
		a.list[q.Name] = p.Values(q.Name)
	}
}

func (a *averageOf) add(p *graph.Params) {
	for name, avg := range a.list {
		for i, x := range p.Values(name) {
			avg[i] += (1 - a.decay) * (x - avg[i])
		}
	}
}

// TestAveraged evaluates and predicts with the average: as a model with these parameters
// does. The training is that without an average, and its parameters are there before and
// after, bit for bit, also if the evaluation fails.
func TestAveraged(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 60)
	options := func(o train.Optimizer) train.Options {
		return train.Options{Optimizer: o, Epochs: 2, BatchSize: 7, Schedule: schedule.Constant(0.02), Metrics: []train.Metric{train.Accuracy()}}
	}
	m := newNet(graph.Float64, 0.1)
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	a := averageOf{decay: 0.9}
	a.start(m.p)
	tr := newTrainer(t, m, options(train.ClipNorm{Optimizer: train.EMA{Decay: 0.9}, Norm: 1e3}))
	first, err := tr.Evaluate(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	plainModel := newNet(graph.Float64, 0.1)
	plain := newTrainer(t, plainModel, options(train.ClipNorm{Norm: 1e3}))
	if r, err := plain.Evaluate(ctx, set); err != nil || r.Loss != first.Loss {
		t.Errorf("before the first step: got %v and %v, want the loss %v of the parameters", r, err, first.Loss)
	}
	m.p.Freeze("out/bias")
	plainModel.p.Freeze("out/bias")
	for _, err := range tr.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
		a.add(m.p)
	}
	for _, err := range plain.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
	}
	raw := all(m.p)
	if !slices.Equal(raw, all(plainModel.p)) {
		t.Error("the training is another one than without an average")
	}
	other := newNet(graph.Float64, 0.1)
	if err := train.Build(other); err != nil {
		t.Fatal(err)
	}
	for _, q := range m.p.List() {
		if err := other.p.Set(q.Name, a.list[q.Name]); err != nil {
			t.Fatal(err)
		}
	}
	judge := newTrainer(t, other, options(nil))
	got, err := tr.Evaluate(ctx, set)
	want, err2 := judge.Evaluate(ctx, set)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Loss-want.Loss) > 1e-12 {
		t.Errorf("got the loss %v, want %v of the average", got.Loss, want.Loss)
	}
	out, err := tr.Predict(ctx, set)
	wanted, err2 := judge.Predict(ctx, set)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	for i, y := range wanted {
		if math.Abs(out[i]-y) > 1e-12 {
			t.Fatalf("prediction %d: got %v, want %v of the average", i, out[i], y)
		}
	}
	if _, err := tr.Evaluate(cancelled(), set); err == nil {
		t.Error("a cancelled evaluation gave no error")
	}
	if _, err := tr.Predict(cancelled(), set); err == nil {
		t.Error("a cancelled prediction gave no error")
	}
	path := filepath.Join(t.TempDir(), "average.safetensors")
	if err := tr.Averaged(func() error { return train.Save(path, m.p) }); err != nil {
		t.Fatal(err)
	}
	if err := tr.Averaged(func() error { _, err := tr.Predict(ctx, set); return err }); !errors.Is(err, train.ErrBusy) {
		t.Errorf("Predict within Averaged: got %v, want ErrBusy", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = tr.Averaged(func() error { panic("no") })
	}()
	if !slices.Equal(raw, all(m.p)) {
		t.Error("the parameters of the training are not there any more")
	}
	if err := train.Load(path, other.p); err != nil {
		t.Fatal(err)
	}
	if again, err := judge.Evaluate(ctx, set); err != nil || again.Loss != got.Loss {
		t.Errorf("the saved average has the loss %v (%v), want %v", again.Loss, err, got.Loss)
	}
	for name, c := range map[string]func() error{
		"nil function": func() error { return tr.Averaged(nil) },
		"no average":   func() error { return plain.Averaged(func() error { return nil }) },
		"other average": func() error {
			return newTrainer(t, newNet(graph.Float64, 0), options(thirds{})).Averaged(func() error { return nil })
		},
	} {
		if err := c(); !errors.Is(err, train.ErrOption) {
			t.Errorf("%s: got %v, want ErrOption", name, err)
		}
	}
}

// TestAverageBegins sees that SWA is not used before its first step.
func TestAverageBegins(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 12)
	m, plainModel := newNet(graph.Float32, 0), newNet(graph.Float32, 0)
	tr, plain := newTrainer(t, m, train.Options{Optimizer: train.SWA{Start: 3}}), newTrainer(t, plainModel, train.Options{})
	for i := 1; i <= 5; i++ {
		if err := errors.Join(step(t, tr, set, i), step(t, plain, set, i)); err != nil {
			t.Fatal(err)
		}
		a, err := tr.Evaluate(ctx, set)
		b, err2 := plain.Evaluate(ctx, set)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if same := a.Loss == b.Loss; same != (i <= 3) { // the average of one is that one
			t.Errorf("step %d: the loss is that of the parameters: %v", i, same)
		}
	}
}

// TestAverageStops stops early: the best parameters are those of the average, Evaluate says
// so, and a training that goes on is that without the stop.
func TestAverageStops(t *testing.T) {
	ctx, set, validation := context.Background(), blobs(t, 60), blobs(t, 30)
	options := train.Options{Optimizer: train.EMA{Decay: 0.8, Optimizer: train.SGD{Momentum: 0.9}}, Epochs: 6, BatchSize: 7, Schedule: schedule.Constant(0.8),
		Validation: validation, Stop: &train.EarlyStopping{Patience: 100}}
	m := newNet(graph.Float64, 0.3)
	tr := newTrainer(t, m, options)
	h, err := tr.Fit(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	best := *h.Epochs[h.Best-1].Validation
	for _, e := range h.Epochs {
		if *e.Validation < best {
			t.Errorf("epoch %d is better than the best one", e.Epoch)
		}
	}
	if h.Best == 6 {
		t.Error("the best epoch is the last one: the test needs another training")
	}
	r, err := tr.Evaluate(ctx, validation)
	if err != nil || r.Loss != best {
		t.Errorf("got the loss %v and %v, want %v of epoch %d", r.Loss, err, best, h.Best)
	}
	if err := tr.Averaged(func() error { return nil }); err != nil {
		t.Error(err)
	}
	judge := newTrainer(t, m, train.Options{Validation: validation, EvalBatch: 7})
	if r, err := judge.Evaluate(ctx, validation); err != nil || r.Loss != best {
		t.Errorf("the parameters have the loss %v (%v), want %v", r.Loss, err, best)
	}
	if err := tr.SetEpochs(8); err != nil {
		t.Fatal(err)
	}
	if h, err = tr.Fit(ctx, set); err != nil {
		t.Fatal(err)
	}
	options.Stop, options.Epochs = nil, 8
	whole := newNet(graph.Float64, 0.3)
	want, err := newTrainer(t, whole, options).Fit(ctx, set)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range want.Epochs {
		if got := h.Epochs[i]; got.Loss != e.Loss || *got.Validation != *e.Validation {
			t.Errorf("epoch %d: got %v and %v, want %v and %v", e.Epoch, got.Loss, *got.Validation, e.Loss, *e.Validation)
		}
	}
	if err := step(t, tr, set, 0); err != nil { // from the best parameters: the average begins with them
		t.Fatal(err)
	}
	if r, err := tr.Evaluate(ctx, validation); err != nil || math.IsNaN(r.Loss) {
		t.Errorf("got %v and %v", r.Loss, err)
	}
}

// TestRestate measures the statistics of batch normalisation for an average: nothing else
// changes, and the loss becomes smaller.
func TestRestate(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 210)
	for name, o := range map[string]train.Optimizer{"SWA": train.SWA{}, "SGD": train.SGD{}, "Adam": train.Adam{}} {
		m := restless()
		tr := newTrainer(t, m, train.Options{Optimizer: o, Epochs: 2, BatchSize: 7, Schedule: schedule.Constant(0.1)})
		if _, err := tr.Fit(ctx, set); err != nil {
			t.Fatal(err)
		}
		before, states := all(m.p), slices.Clone(m.p.State64())
		first, err := tr.Evaluate(ctx, set)
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.Restate(cancelled(), set); !errors.Is(err, context.Canceled) || !slices.Equal(states, m.p.State64()) {
			t.Errorf("%s: cancelled: got %v, want its error and the old states", name, err)
		}
		if err := tr.Restate(ctx, set); err != nil {
			t.Fatal(err)
		}
		then, err := tr.Evaluate(ctx, set)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(before, all(m.p)) || slices.Equal(states, m.p.State64()) || tr.Position().Step != 60 {
			t.Errorf("%s: parameters or steps have changed, or the states have not", name)
		}
		if name == "SWA" && !(then.Loss < first.Loss) {
			t.Errorf("%s: the loss goes from %v to %v, want it smaller", name, first.Loss, then.Loss)
		}
	}
}

// TestGradNorm asks for the norm of the gradients of a step, before clipping.
func TestGradNorm(t *testing.T) {
	set := numbers(t, 3, -4)
	for _, c := range []struct {
		o    train.Optimizer
		want float64
	}{
		{train.Adam{}, 6}, {train.ClipNorm{Norm: 0.5}, 6}, {train.ClipNorm{Norm: 0.5, P: 1}, 12},
		{train.ClipNorm{Optimizer: train.ClipValue{Value: 0.1}}, 6}, {train.ClipValue{Value: 1.5}, 3}, {train.SGD{}, math.NaN()},
	} {
		tr := newTrainer(t, tilted(graph.Float64, 4), train.Options{Optimizer: c.o})
		if n := tr.GradNorm(); !math.IsNaN(n) {
			t.Errorf("before the first step: got %v, want NaN", n)
		}
		for i := range 2 {
			if err := step(t, tr, set, i); err != nil {
				t.Fatal(err)
			}
			want := c.want * []float64{1, 4. / 3}[i]
			if o, ok := c.o.(train.ClipValue); ok {
				want = 2 * o.Value
			}
			if n := tr.GradNorm(); !(math.Abs(n-want) < 1e-12) && !(math.IsNaN(n) && math.IsNaN(want)) {
				t.Errorf("%T%+v, step %d: got %v, want %v", c.o, c.o, i, n, want)
			}
		}
	}
}

// TestAverageRestored saves a training with an average and goes on with it in another Trainer,
// which evaluates the average before its first step.
func TestAverageRestored(t *testing.T) {
	ctx, set := context.Background(), blobs(t, 30)
	options := train.Options{Optimizer: train.EMA{Decay: 0.9}, Epochs: 2, BatchSize: 7, Schedule: schedule.Constant(0.02)}
	m, other := newNet(graph.Float32, 0.1), newNet(graph.Float32, 0.1)
	tr, next := newTrainer(t, m, options), newTrainer(t, other, options)
	path := filepath.Join(t.TempDir(), "run.safetensors")
	for e, err := range tr.Steps(ctx, set) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Step == 4 {
			break
		}
	}
	want, err := tr.Evaluate(ctx, set)
	if err := errors.Join(err, tr.Save(path), train.Build(other), next.Restore(path)); err != nil {
		t.Fatal(err)
	}
	got, err := next.Evaluate(ctx, set)
	if err != nil || got.Loss != want.Loss {
		t.Errorf("got the loss %v and %v, want %v of the average", got.Loss, err, want.Loss)
	}
	for _, x := range []*train.Trainer{tr, next} {
		if _, err := x.Fit(ctx, set); err != nil {
			t.Fatal(err)
		}
	}
	want, err = tr.Evaluate(ctx, set)
	got, err2 := next.Evaluate(ctx, set)
	if err := errors.Join(err, err2); err != nil || got.Loss != want.Loss || !slices.Equal(all(m.p), all(other.p)) {
		t.Errorf("the training that goes on is another one: %v", err)
	}
}
