package train_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// broad is a model whose first two weights are large enough for steps within the run.
func broad(t *testing.T, d graph.DType) *models.MLP {
	t.Helper()
	m, err := models.NewMLP(models.MLPOptions{In: 150, Hidden: []int{130, 150}, Out: 3, DType: d, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// elementwise are optimizers whose steps may be made within the run.
var elementwise = []train.Optimizer{
	train.SGD{Momentum: 0.9, Nesterov: true}, train.SGD{Decay: 0.1}, train.Adam{}, train.Adam{AMSGrad: true, Decay: 0.01}, train.AdamW{},
	train.NAdam{}, train.RAdam{}, train.Adamax{}, train.Adagrad{}, train.Adadelta{}, train.RMSprop{Centered: true, Momentum: 0.9},
	train.Rprop{}, train.ASGD{}, train.Lion{},
}

// TestViewRun wants View.Run to make the steps of Program.Run and Update, bit by bit, for any
// number of threads, and to store no large gradient.
func TestViewRun(t *testing.T) {
	for _, o := range elementwise {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			want := viewSteps(t, o, d, 1, false)
			for _, workers := range []int{1, 2, 3} {
				if got := viewSteps(t, o, d, workers, true); !slices.Equal(got, want) {
					t.Errorf("%T %v, %d threads: other bits than a run and an update have", o, d, workers)
				}
			}
		}
	}
}

func viewSteps(t *testing.T, o train.Optimizer, d graph.DType, workers int, within bool) []float64 {
	t.Helper()
	m := broad(t, d)
	b := graph.New(m.Params())
	b.SetTraining(true)
	loss, _ := m.Loss(b, 16)
	grads, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Workers: workers, Tiled: within})
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, 16*150)
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	if err := graph.InputOf[float64](prog, "x").Set(x); err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[int](prog, "y").Set([]int{0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1}); err != nil {
		t.Fatal(err)
	}
	v, err := train.NewView(m.Params(), o, workers)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	step := func() {
		n++
		s := train.Step{N: n, Rate: 0.01}
		if within {
			err = v.Run(prog, o, s)
		} else if err = prog.Run(); err == nil {
			o.Update(s, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		step()
	}
	p := numbersOfParams(m.Params())
	if within {
		_, g32 := m.Params().Flat32()
		_, g64 := m.Params().Flat64()
		if slices.ContainsFunc(g32[:min(len(g32), 150*130)], func(g float32) bool { return g != 0 }) || slices.ContainsFunc(g64[:min(len(g64), 150*130)], func(g float64) bool { return g != 0 }) {
			t.Errorf("%T %v, %d threads: a gradient of the first weight was stored", o, d, workers)
		}
		if allocs := testing.AllocsPerRun(3, step); allocs != 0 {
			t.Errorf("%T %v, %d threads: a step allocates %v times", o, d, workers, allocs)
		}
	}
	return p
}

// numbersOfParams returns all parameters.
func numbersOfParams(p *graph.Params) (out []float64) {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	for _, x := range f32 {
		out = append(out, float64(x))
	}
	return append(out, f64...)
}

// broadSet are examples for broad.
func broadSet(t *testing.T, scale float64) *data.Dataset {
	t.Helper()
	x, y := make([]float64, 24*150), make([]int, 24)
	for i := range x {
		x[i] = math.Sin(float64(i)) * scale
	}
	for i := range y {
		y[i] = i % 3
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{150}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 3})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWithin wants the steps of a Trainer within the run to have the bits of those after it, which
// Diagnose asks for, with examples that let the run make them and with such that do not.
func TestWithin(t *testing.T) {
	for _, scale := range []float64{1, 1e16} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			var want []float64
			for i, o := range []train.Options{{Diagnose: true}, {Workers: 1}, {Workers: 2}} {
				o.Optimizer, o.BatchSize, o.Epochs = train.AdamW{}, 10, 3
				m := broad(t, d)
				tr, err := train.New(m, o)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(t.Context(), broadSet(t, scale)); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					want = numbersOfParams(m.Params())
				} else if got := numbersOfParams(m.Params()); !slices.Equal(got, want) {
					t.Errorf("scale %v, %v, %d threads: other bits than steps after the run have", scale, d, o.Workers)
				}
				norm := fmt.Sprint(tr.GradNorm())
				if within := i > 0 && (scale == 1 || d == graph.Float64); within != (norm == "NaN") {
					t.Errorf("scale %v, %v, %+v: GradNorm is %v", scale, d, o.Workers, norm)
				}
			}
		}
	}
}

// TestWithinNotFinite wants a step whose gradients overflow to change nothing.
func TestWithinNotFinite(t *testing.T) {
	m := broad(t, graph.Float32)
	tr, err := train.New(m, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	if _, err := tr.Step(broadSet(t, 1), list); err != nil {
		t.Fatal(err)
	}
	before := numbersOfParams(m.Params())
	_, err = tr.Step(broadSet(t, 1e30), list)
	var bad *train.NotFiniteError
	if !errors.As(err, &bad) || !bad.Kept || !slices.Equal(numbersOfParams(m.Params()), before) {
		t.Errorf("got the error %v, want a *NotFiniteError, and all parameters as they were", err)
	}
}
