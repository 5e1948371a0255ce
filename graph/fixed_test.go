package graph_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestFixed holds that a program with Fixed reads parameters in the first run, after Reread and after
// SetParams, and that its Forks do so by themselves.
func TestFixed(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		params := graph.NewParams(d, 3)
		compile := func(fixed bool) *graph.Program {
			b := graph.New(params)
			w := b.Param("w", graph.XavierUniform(), 3, 3)
			scale := b.State("scale", graph.Ones(), 3)
			y := b.Mul(b.MatMul(b.Input("x", 2, 3), b.MatMul(w, b.Transpose(w))), b.Exp(scale))
			p, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{y}, Fixed: fixed})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		plain, fixed := compile(false), compile(true)
		if a, b := plain.Stats().Kernels, fixed.Stats().Kernels; b >= a {
			t.Errorf("%v: got %d kernels in a run, want less than %d", d, b, a)
		}
		if a, b := plain.Stats().Bytes["kept"], fixed.Stats().Bytes["kept"]; a != 0 || b == 0 {
			t.Errorf("%v: got %d and %d bytes that are kept, want 0 and more", d, a, b)
		}
		run := func(p *graph.Program) []float64 {
			t.Helper()
			if err := graph.InputOf[float64](p, "x").Set([]float64{1, -2, 3, 0.5, 4, -1}); err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			return graph.OutputOf[float64](p, 0).Read(nil)
		}
		first := run(plain)
		if got := run(fixed); !slices.Equal(got, first) {
			t.Errorf("%v: got %v, want %v", d, got, first)
		}
		if err := params.Set("w", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}); err != nil {
			t.Fatal(err)
		}
		if err := params.Set("scale", []float64{0.5, 0, -0.5}); err != nil {
			t.Fatal(err)
		}
		second := run(plain)
		if got := run(fixed); !slices.Equal(got, first) {
			t.Errorf("%v: before Reread: got %v, want the result before, %v", d, got, first)
		}
		if got := run(fixed.Fork()); !slices.Equal(got, second) {
			t.Errorf("%v: a Fork: got %v, want %v", d, got, second)
		}
		fixed.Reread()
		if got := run(fixed); !slices.Equal(got, second) {
			t.Errorf("%v: after Reread: got %v, want %v", d, got, second)
		}
		other := params.Clone()
		if err := other.Set("w", []float64{1, 0, 0, 0, 1, 0, 0, 0, 2}); err != nil {
			t.Fatal(err)
		}
		for _, p := range []*graph.Program{plain, fixed} {
			if err := p.SetParams(other); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := run(fixed), run(plain); !slices.Equal(got, want) {
			t.Errorf("%v: after SetParams: got %v, want %v", d, got, want)
		}
		if n := testing.AllocsPerRun(10, func() {
			fixed.Reread()
			if err := fixed.Run(); err != nil {
				t.Error(err)
			}
		}); n > 0 {
			t.Errorf("%v: got %v allocations in a run, want none", d, n)
		}
	}
	var none *graph.Program
	none.Reread()
}

// TestFixedErrors refuses Fixed for programs that change parameters.
func TestFixedErrors(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float64, 1))
	l := b.Mean(b.Square(b.Param("w", graph.Ones(), 2)))
	grads, err := autograd.Gradients(l, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []graph.Options{{Grads: grads}, {Grads: grads, Descend: true}, {Update: true}} {
		o.Outputs, o.Fixed = []*gorgonia.Node{l}, true
		if _, err := b.Compile(o); !errors.Is(err, graph.ErrOption) {
			t.Errorf("got %v, want ErrOption", err)
		}
	}
	if p, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{l}, Fixed: true}); err != nil || p.Run() != nil {
		t.Errorf("an output of parameters alone: got %v, want none", err)
	}
}
