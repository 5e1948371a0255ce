package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// roots is the model mean √(x·w)² of w: [4, units]: at x = 0 its loss is 0 and its
// gradient 0·∞.
func roots(d graph.DType, units int) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.MatMul(b.Input("x", n, 4), b.Param("w", graph.Uniform(0.5, 1), 4, units))
		return b.Mean(b.Sqrt(out)), out
	}}
}

// fourRows are three good examples and, last, one with a gradient of NaN.
func fourRows(t *testing.T) *data.Dataset {
	t.Helper()
	d, err := data.New(data.Field{Name: "x", Shape: []int{4}, Floats: []float64{1, 2, 3, 4, 2, 1, 1, 1, 1, 3, 2, 5, 0, 0, 0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// step makes one step on one example.
func step(t *testing.T, tr *train.Trainer, d *data.Dataset, example int) error {
	t.Helper()
	_, err := tr.Step(d, []int{example})
	return err
}

// TestBadGradient makes two good steps, a bad one and a good one: the bad one is
// refused with the step and the parameter, and the last leaves the parameters that
// it leaves without the bad one, so neither they nor the optimizer's state took it.
func TestBadGradient(t *testing.T) {
	for _, c := range []struct {
		optimizer train.Optimizer
		units     int
		diagnose  bool
	}{
		{train.SGD{}, 3, false}, {train.SGD{}, 3, true}, {train.SGD{}, 3000, true},
		{train.SGD{Decay: 0.1}, 3, false}, {train.SGD{Decay: 0.1}, 3000, false},
		{train.SGD{Momentum: 0.9}, 3000, false}, {train.Adam{}, 3, false}, {train.Adam{}, 3000, false}, {train.AdamW{}, 20000, true},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			name := fmt.Sprintf("%T%+v of %d units, %v, diagnose %v", c.optimizer, c.optimizer, c.units, d, c.diagnose)
			set := fourRows(t)
			o := train.Options{Optimizer: c.optimizer, Diagnose: c.diagnose, Schedule: schedule.Constant(0.01)}
			m, control := roots(d, c.units), roots(d, c.units)
			tr, without := newTrainer(t, m, o), newTrainer(t, control, o)
			for i := range 2 {
				if err := errors.Join(step(t, tr, set, i), step(t, without, set, i)); err != nil {
					t.Fatal(name, err)
				}
			}
			err := step(t, tr, set, 3)
			var bad *train.NotFiniteError
			if !errors.Is(err, train.ErrNotFinite) || !errors.As(err, &bad) || bad.Step != 2 || bad.Param != "w" || !bad.Kept || bad.Loss != 0 {
				t.Errorf("%s: got %v, want a NotFiniteError of step 2 and the parameter w, kept", name, err)
				continue
			}
			if c.diagnose != (bad.Node != nil) || c.diagnose && !strings.Contains(bad.Node.At, "finite_test.go:") {
				t.Errorf("%s: got the node %v, want one with its line: %v", name, bad.Node, c.diagnose)
			}
			if !slices.Equal(m.p.Values("w"), control.p.Values("w")) || tr.Position().Step != 2 {
				t.Errorf("%s: the parameters have changed, or there are %d steps, want 2", name, tr.Position().Step)
			}
			if err := errors.Join(step(t, tr, set, 2), step(t, without, set, 2)); err != nil {
				t.Fatal(name, err)
			}
			if !slices.Equal(m.p.Values("w"), control.p.Values("w")) {
				t.Errorf("%s: the next step differs from that of a training without the bad one", name)
			}
		}
	}
}

// TestLostParameters checks what the error says where a step within the run cannot
// be undone.
func TestLostParameters(t *testing.T) {
	tr := newTrainer(t, roots(graph.Float32, 3000), train.Options{Optimizer: train.SGD{}})
	err := step(t, tr, fourRows(t), 3)
	var bad *train.NotFiniteError
	if !errors.As(err, &bad) || bad.Param != "w" || bad.Kept || !strings.Contains(err.Error(), "lost") {
		t.Fatalf("got %v, want a NotFiniteError of the parameter w, lost", err)
	}
	if err := step(t, tr, fourRows(t), 0); !errors.As(err, &bad) || bad.Stage != train.StageLoss || bad.Param != "w" {
		t.Errorf("got %v, want a loss that is not finite because of the parameter w", err)
	}
}

// TestStepTooLarge checks steps that overflow though loss and gradient are finite.
func TestStepTooLarge(t *testing.T) {
	d, err := data.XY([]float64{1e110, 2e110}, 1, []float64{1, 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: 0.5}} {
		m := line{graph.NewParams(graph.Float64, 1)}
		tr := newTrainer(t, m, train.Options{Optimizer: o, Schedule: schedule.Constant(1e200), Epochs: 1})
		h, err := tr.Fit(context.Background(), d)
		var bad *train.NotFiniteError
		if !errors.As(err, &bad) || bad.Stage != train.StageUpdate || !bad.Kept || len(h.Epochs) != 0 {
			t.Errorf("%T: got %v, want the step refused", o, err)
		}
		for _, v := range m.p.Values("line/weight") {
			if v != 0 {
				t.Errorf("%T: got the weight %v, want 0 as before the step", o, v)
			}
		}
	}
}

// TestDiagnose holds the first bad node to what the model does wrong; an infinity
// that is meant and has no effect is not it.
func TestDiagnose(t *testing.T) {
	for _, c := range []struct {
		name     string
		f        func(b *graph.Builder, x, w *gorgonia.Node) *gorgonia.Node
		want     string // of the node
		backward bool
		stage    train.Stage
	}{
		{"logarithm of 0", func(b *graph.Builder, x, w *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Log(b.Mul(x, b.Scale(w, 0))))
		}, "log ", false, train.StageLoss},
		{"overflow", func(b *graph.Builder, x, w *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.AddConst(b.Exp(b.Scale(b.Mul(x, w), 1e6)), 1))
		}, "exp ", false, train.StageLoss},
		{"meant infinity", func(b *graph.Builder, x, w *gorgonia.Node) *gorgonia.Node {
			masked := b.Add(b.Mul(x, w), b.Const([]float64{0, math.Inf(-1), 0, 0}, 4))
			return b.Mean(b.Sqrt(b.Scale(b.Exp(masked), -1)))
		}, "sqrt ", false, train.StageLoss},
		{"gradient alone", func(b *graph.Builder, x, w *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Sqrt(b.Mul(x, b.Scale(w, 0))))
		}, "", true, train.StageGradient},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				x := b.Input("x", n, 4)
				return c.f(b, x, b.Param("w", graph.Ones(), 4)), x
			}}
			tr := newTrainer(t, m, train.Options{Diagnose: true})
			err := step(t, tr, fourRows(t), 0)
			var bad *train.NotFiniteError
			if !errors.As(err, &bad) || bad.Node == nil || bad.Stage != c.stage {
				t.Errorf("%s, %v: got %v, want a node and a bad %v", c.name, d, err, c.stage)
				continue
			}
			if !strings.HasPrefix(bad.Node.String(), c.want) || bad.Node.Backward != c.backward || !strings.HasPrefix(bad.Node.At, "finite_test.go:") {
				t.Errorf("%s, %v: got the node %v, want %s", c.name, d, bad.Node, c.want)
			}
		}
	}
}

// TestBadParameters checks that nothing is computed from parameters of NaN.
func TestBadParameters(t *testing.T) {
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{Metrics: []train.Metric{train.Accuracy()}})
	set := blobs(t, 9)
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	flat, _ := m.p.Flat64()
	flat[m.p.Get("out/bias").Offset()] = math.NaN()
	_, predicted := tr.Predict(context.Background(), set)
	_, evaluated := tr.Evaluate(context.Background(), set)
	if err := tr.SetEpochs(20); err != nil {
		t.Fatal(err)
	}
	_, fitted := tr.Fit(context.Background(), set)
	for name, err := range map[string]error{"Predict": predicted, "Evaluate": evaluated, "Fit": fitted} {
		if !errors.Is(err, train.ErrNotFinite) || !strings.Contains(err.Error(), `"out/bias"`) {
			t.Errorf("%s: got %v, want an ErrNotFinite that names out/bias", name, err)
		}
	}
}

// TestBadEvaluation checks that a loss of +Inf over the validation set is an error
// and in the history.
func TestBadEvaluation(t *testing.T) {
	m := builds{graph.NewParams(graph.Float64, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := b.Mul(b.Input("x", n, 4), b.Param("w", graph.Ones(), 4))
		return b.Mean(b.Exp(out)), out
	}}
	large, err := data.New(data.Field{Name: "x", Shape: []int{4}, Floats: []float64{1, 2, 3, 1e4}})
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(t, m, train.Options{Validation: large, Epochs: 3})
	h, err := tr.Fit(context.Background(), fourRows(t))
	if !errors.Is(err, train.ErrNotFinite) || len(h.Epochs) != 1 || len(h.Validations()) != 1 || !math.IsInf(h.Validations()[0], 1) {
		t.Errorf("got %v and %d epochs, want ErrNotFinite and one epoch with the loss +Inf", err, len(h.Epochs))
	}
}

// TestLargeGradient checks that Adam refuses a gradient whose square overflows: its
// second moment would be infinite, and the parameter stand still ever after.
func TestLargeGradient(t *testing.T) {
	for _, o := range []train.Optimizer{train.Adam{}, train.AdamW{}} {
		m := builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			x := b.Scale(b.Input("x", n, 4), 1e20)
			return b.Mean(b.Mul(x, b.Param("w", graph.Ones(), 4))), x
		}}
		err := step(t, newTrainer(t, m, train.Options{Optimizer: o}), fourRows(t), 0)
		var bad *train.NotFiniteError
		if !errors.As(err, &bad) || !bad.Large || bad.Param != "w" || !bad.Kept || !slices.Equal(m.p.Values("w"), []float64{1, 1, 1, 1}) {
			t.Errorf("%T: got %v, want the gradient of w refused as too large", o, err)
		}
		if err != nil && strings.Contains(err.Error(), "Diagnose") {
			t.Errorf("%T: got %v, but there is no node that is not finite to find", o, err)
		}
	}
}

// TestStageString checks the words of the stages, and of what is none.
func TestStageString(t *testing.T) {
	for s, want := range map[train.Stage]string{train.StageLoss: "loss", train.StageGradient: "gradient", train.StageUpdate: "update", train.StageState: "state", 0: "Stage(0)", 9: "Stage(9)"} {
		if s.String() != want {
			t.Errorf("got %v, want %s", s, want)
		}
	}
}
