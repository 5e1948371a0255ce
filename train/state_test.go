package train_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// running is a classifier with a BatchNorm that keeps running statistics.
func running(p *graph.Params) builds {
	return builds{p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		h := nn.Dense(b, "in", b.Input("x", n, 4), 8, nn.Identity)
		h = nn.BatchNorm(b, "norm", h, nn.BatchNormOptions{})
		out := nn.Dense(b, "out", b.ReLU(h), 3, nn.Identity)
		return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
	}}
}

// TestRunningStatistics trains a model with states, predicts examples alone and in company,
// and loads it again.
func TestRunningStatistics(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		set := blobs(t, 33)
		m := running(graph.NewParams(d, 1))
		tr := newTrainer(t, m, train.Options{BatchSize: 10, Epochs: 20, Schedule: schedule.Constant(.02), Metrics: []train.Metric{train.Accuracy()}})
		h, err := tr.Fit(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := h.Last().Metric("accuracy"); got < .9 {
			t.Errorf("%v: got the accuracy %v", d, got)
		}
		all, err := tr.Predict(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		one, err := set.Subset([]int{0})
		if err != nil {
			t.Fatal(err)
		}
		alone, err := tr.Predict(context.Background(), one)
		if err != nil || !slices.Equal(alone, all[:3]) {
			t.Errorf("%v: got %v alone and %v in company (%v)", d, alone, all[:3], err)
		}
		file := filepath.Join(t.TempDir(), "m.safetensors")
		if err := train.Save(file, m.Params()); err != nil {
			t.Fatal(err)
		}
		again := running(graph.NewParams(d, 7))
		if err := errors.Wrap(train.Build(again), "build"); err != nil {
			t.Fatal(err)
		}
		if err := train.Load(file, again.Params()); err != nil {
			t.Fatal(err)
		}
		loaded, err := newTrainer(t, again, train.Options{}).Predict(context.Background(), set)
		if err != nil || !slices.Equal(loaded, all) {
			t.Errorf("%v: a loaded model predicts something else (%v)", d, err)
		}
	}
}

// TestStateKept checks that a step that fails leaves the states as they were: one with a
// loss that is not finite, and one with a state that is not.
func TestStateKept(t *testing.T) {
	for _, o := range []train.Optimizer{train.SGD{}, train.Adam{}} {
		for name, stage := range map[string]train.Stage{"x": train.StageLoss, "z": train.StageState} {
			p := graph.NewParams(graph.Float64, 1)
			m := builds{p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				x, z, s := b.Input("x", n, 1), b.Input("z", n, 1), b.State("s", graph.Zeros())
				b.Update(s, b.Add(s, b.Mean(b.Mul(z, z))))
				y := b.Mul(x, b.Param("w", graph.Ones(), 1))
				return b.Mean(b.Square(y)), y
			}}
			tr := newTrainer(t, m, train.Options{Optimizer: o})
			values := map[string][]float64{"x": {1, 2}, "z": {1, 2}}
			values[name][1] = 1e200
			d, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: values["x"]}, data.Field{Name: "z", Shape: []int{1}, Floats: values["z"]})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Step(d, []int{0}); err != nil {
				t.Fatal(err)
			}
			w := p.Values("w")
			_, err = tr.Step(d, []int{1})
			var bad *train.NotFiniteError
			if !errors.As(err, &bad) || bad.Stage != stage || !bad.Kept || stage == train.StageState && bad.Param != "s" {
				t.Errorf("%T, %s: got %v", o, name, err)
			}
			if got := p.Values("s")[0]; got != 1 {
				t.Errorf("%T, %s: got the state %v, want 1", o, name, got)
			}
			if !slices.Equal(w, p.Values("w")) || math.IsNaN(w[0]) {
				t.Errorf("%T, %s: the parameters have changed", o, name)
			}
			if stage == train.StageState && !strings.Contains(err.Error(), `state "s"`) {
				t.Errorf("%T, %s: got %v, want the name of the state", o, name, err)
			}
		}
	}
}

// TestDiagnoseState makes a step whose loss is finite and whose new state is not. With
// Options.Diagnose the error has the node where that begins; without, it says so. The states
// are two, so that the right one must be found.
func TestDiagnoseState(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, diagnose := range []bool{false, true} {
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				x, good, s := b.Input("x", n, 1), b.State("good", graph.Zeros()), b.State("s", graph.Zeros())
				b.Update(good, b.Mean(x))
				b.Update(s, b.Add(s, b.Mean(b.Square(x))))
				y := b.Mul(b.Tanh(x), b.Param("w", graph.Ones(), 1))
				return b.Mean(y), y
			}}
			set, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{1, map[graph.DType]float64{graph.Float64: 1e200, graph.Float32: 1e30}[d]}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = newTrainer(t, m, train.Options{Diagnose: diagnose}).Step(set, []int{0, 1})
			var bad *train.NotFiniteError
			if !errors.As(err, &bad) || bad.Stage != train.StageState || bad.Param != "s" || !bad.Kept {
				t.Fatalf("%v: got %v, want a NotFiniteError of the state s", d, err)
			}
			if diagnose != (bad.Node != nil) || diagnose == strings.Contains(err.Error(), "Diagnose finds") {
				t.Errorf("%v, diagnose %v: got %v", d, diagnose, err)
			}
			if n := bad.Node; n != nil && (n.Op != "square" || n.Backward || !strings.Contains(n.At, "state_test.go:")) {
				t.Errorf("%v: got the node %v, want the square that Loss built", d, n)
			}
		}
	}
}

// TestFrozenParameters checks that a frozen parameter neither moves nor decays, that its
// slots wait for it, and that a Trainer notices both Freeze and Thaw.
func TestFrozenParameters(t *testing.T) {
	for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: .9}, train.AdamW{Decay: .1}} {
		p := graph.NewParams(graph.Float32, 3)
		m := running(p)
		if err := train.Build(m); err != nil {
			t.Fatal(err)
		}
		tr := newTrainer(t, m, train.Options{Optimizer: o})
		set := blobs(t, 33)
		step := func() map[string]bool {
			before := map[string][]float64{}
			for _, q := range p.List() {
				before[q.Name] = p.Values(q.Name)
			}
			if _, err := tr.Step(set, []int{0, 3, 5, 7}); err != nil {
				t.Fatal(err)
			}
			moved := map[string]bool{}
			for name, v := range before {
				moved[name] = !slices.Equal(v, p.Values(name))
			}
			return moved
		}
		for _, c := range []struct {
			change func()
			moves  bool
		}{{func() {}, true}, {func() { p.Freeze("in/") }, false}, {func() { p.Thaw("in/weight") }, true}} {
			c.change()
			if moved := step(); moved["in/weight"] != c.moves || !moved["out/weight"] {
				t.Errorf("%+v: got %v, want in/weight to move: %v", o, moved, c.moves)
			}
		}
		mean := p.Values("norm/mean")
		p.Freeze("norm/mean")
		if step(); !slices.Equal(mean, p.Values("norm/mean")) {
			t.Errorf("%+v: a frozen state has moved", o)
		}
		p.Thaw("norm/mean")
		if step(); slices.Equal(mean, p.Values("norm/mean")) {
			t.Errorf("%+v: a state that is thawed does not move", o)
		}
		p.Freeze("in/", "norm/", "out/")
		if _, err := tr.Step(set, []int{0, 1}); !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: got %v for a model that is all frozen, want ErrOption", o, err)
		}
	}
}

// TestFrozenName checks that a scope that is not there is found before the first step, and in
// mid-training.
func TestFrozenName(t *testing.T) {
	for name, fit := range map[string]bool{"before": false, "after": true} {
		p := graph.NewParams(graph.Float64, 3)
		tr := newTrainer(t, running(p), train.Options{Epochs: 1})
		set := blobs(t, 32)
		if fit {
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
			if err := tr.SetEpochs(2); err != nil {
				t.Fatal(err)
			}
		}
		steps := tr.Position().Step
		p.Freeze("encoder/")
		if _, err := tr.Fit(context.Background(), set); !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), "encoder/") || tr.Position().Step != steps {
			t.Errorf("%s: got %v after %d steps", name, err, tr.Position().Step-steps)
		}
		p.Freeze("in/")
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Errorf("%s: got %v after the mistake was mended", name, err)
		}
	}
}
