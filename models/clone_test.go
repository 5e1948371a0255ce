package models_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// cloned are models whose kernels read parameters and states in all ways: products,
// convolutions, running statistics, recurrences, attention.
func cloned(d graph.DType) map[string]func() (model, error) {
	return map[string]func() (model, error){
		"MLP": func() (model, error) {
			return mk(models.NewMLP(models.MLPOptions{In: 20, Hidden: []int{33, 16}, Out: 5, Activation: nn.Tanh, DType: d, Seed: 1}))
		},
		"CNN": func() (model, error) {
			return mk(models.NewCNN(models.CNNOptions{Channels: 2, Height: 10, Width: 10, Out: 3, DType: d, GlobalPool: true,
				Blocks: []models.ConvBlock{{Channels: 4, Kernel: 3, Pad: 1, BatchNorm: true}, {Channels: 8, Kernel: 3, Pad: 1, Stride: 2, Residual: true, BatchNorm: true}}}))
		},
		"LSTM": func() (model, error) {
			return mk(models.NewRNN(models.RNNOptions{Steps: 4, In: 6, Hidden: 16, Layers: 2, Bidirectional: true, Out: 3, DType: d, Seed: 1}))
		},
		"Transformer": func() (model, error) {
			return mk(models.NewTransformer(models.TransformerOptions{Steps: 4, In: 6, Features: 16, Heads: 2, Out: 3, DType: d, Seed: 1}))
		},
	}
}

// outputsOf returns a program of the output of m for n examples, and its inputs are set.
func outputsOf(t *testing.T, m model, n, workers int) *graph.Program {
	t.Helper()
	b := graph.New(m.Params())
	_, output := m.Loss(b, n)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs() {
		v := make([]float64, elements(in.Shape))
		for i := range v {
			v[i] = math.Sin(float64(3 * i))
		}
		if err := graph.InputOf[float64](p, in.Name).Set(v); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// change gives all parameters and states other values.
func change(t *testing.T, p *graph.Params) {
	t.Helper()
	for k, q := range append(p.List(), p.States()...) {
		v := p.Values(q.Name)
		for i := range v {
			v[i] = v[i]*1.25 + 0.01*float64((i+k)%7)
		}
		if err := p.Set(q.Name, v); err != nil {
			t.Fatal(err)
		}
	}
}

func ran(t *testing.T, p *graph.Program) []float64 {
	t.Helper()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	return graph.OutputOf[float64](p, 0).Read(nil)
}

// TestSetParams lets programs read a copy of the parameters: results have the bits of a model
// that has the values of the copy.
func TestSetParams(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for name, make := range cloned(d) {
			for _, workers := range []int{1, 2} {
				t.Run(fmt.Sprint(name, d, workers), func(t *testing.T) { setParams(t, make, workers) })
			}
		}
	}
}

func setParams(t *testing.T, make func() (model, error), workers int) {
	m, err := make()
	if err != nil {
		t.Fatal(err)
	}
	p := outputsOf(t, m, 33, workers)
	before := ran(t, p)
	c := m.Params().Clone()
	change(t, c)
	if again := ran(t, p); !slices.Equal(again, before) {
		t.Error("a change of the copy has changed results")
	}
	if err := p.SetParams(c); err != nil {
		t.Fatal(err)
	}
	got := ran(t, p)
	f := p.Fork()
	for _, in := range p.Inputs() {
		v := slices.Repeat([]float64{0.5}, elements(in.Shape))
		if err := graph.InputOf[float64](f, in.Name).Set(v); err != nil {
			t.Fatal(err)
		}
	}
	forked := ran(t, f)
	if err := p.SetParams(m.Params()); err != nil {
		t.Fatal(err)
	}
	if again := ran(t, p); !slices.Equal(again, before) {
		t.Error("the first parameters: got other results than before")
	}
	change(t, m.Params())
	if want := ran(t, p); !slices.Equal(got, want) || slices.Equal(got, before) {
		t.Errorf("got %v of the copy, want %v; before %v", got[:3], want[:3], before[:3])
	}
	if err := f.SetParams(m.Params()); err != nil || !slices.Equal(ran(t, f), forked) {
		t.Errorf("a Fork that was made with the copy has other parameters (%v)", err)
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = p.SetParams(c), p.SetParams(m.Params()) }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// TestSetParamsRefuses holds what does not fit.
func TestSetParamsRefuses(t *testing.T) {
	make := func(d graph.DType) model {
		m, err := cloned(d)["CNN"]()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := make(graph.Float64)
	p := outputsOf(t, m, 3, 1)
	before := ran(t, p)
	wider, err := models.NewMLP(models.MLPOptions{In: 3, Out: 2})
	if err != nil {
		t.Fatal(err)
	}
	outputsOf(t, wider, 3, 1)
	unbuilt := make(graph.Float64).Params()
	for name, q := range map[string]*graph.Params{"nil": nil, "empty": {}, "another model": wider.Params(), "not built": unbuilt, "float32": m32(t)} {
		if err := p.SetParams(q); !errors.Is(err, graph.ErrOption) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	var none *graph.Program
	if err := none.SetParams(m.Params()); !errors.Is(err, graph.ErrOption) {
		t.Errorf("a nil program: got %v", err)
	}
	writes := func(m model, o graph.Options, grads bool) {
		b := graph.New(m.Params())
		b.SetTraining(true)
		l, _ := m.Loss(b, 3)
		o.Outputs = gorgonia.Nodes{l}
		var err error
		if grads {
			o.Grads, err = autograd.Gradients(l, b.ParamNodes()...)
		}
		var q *graph.Program
		if err == nil {
			q, err = b.Compile(o)
		}
		if err == nil {
			err = q.SetParams(m.Params().Clone())
		}
		if !errors.Is(err, graph.ErrUnsupported) {
			t.Errorf("a program that writes, %+v: got %v", o, err)
		}
	}
	writes(wider, graph.Options{}, true)
	writes(wider, graph.Options{Descend: true}, true)
	writes(m, graph.Options{Update: true}, false)
	if !slices.Equal(ran(t, p), before) {
		t.Error("a refused call has changed something")
	}
}

// m32 returns the parameters of the CNN in float32.
func m32(t *testing.T) *graph.Params {
	t.Helper()
	m, err := cloned(graph.Float32)["CNN"]()
	if err != nil {
		t.Fatal(err)
	}
	outputsOf(t, m, 3, 1)
	return m.Params()
}

// TestClone holds that a copy is one of everything: freezing, gradients, and no shared memory.
func TestClone(t *testing.T) {
	p := m32(t)
	p.Freeze(p.List()[0].Name)
	c := p.Clone()
	change(t, c)
	for _, q := range append(p.List(), p.States()...) {
		r := c.Get(q.Name)
		if r == nil || r == q || !slices.Equal(r.Shape, q.Shape) || r.State != q.State || r.Decay != q.Decay || r.Offset() != q.Offset() || c.Frozen(r) != p.Frozen(q) {
			t.Fatalf("%q: got %+v, want a copy of %+v", q.Name, r, q)
		}
		if slices.Equal(p.Values(q.Name), c.Values(q.Name)) {
			t.Errorf("%q: got one memory, want two", q.Name)
		}
	}
	if g := c.Grad(p.List()[0].Name); len(g) != p.List()[0].Size() || g[0] != 0 {
		t.Errorf("got the gradient %v, want zeros", g)
	}
	var none *graph.Params
	if n := len(none.Clone().List()); n != 0 {
		t.Errorf("got %d parameters of nil, want none", n)
	}
}
