package graph_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestGELUFar computes GELU and two derivatives where x² overflows: they are x or 0, 1 or 0, and 0.
func TestGELUFar(t *testing.T) {
	geluFar[float32](t, graph.Float32, 40, 1e20, math.MaxFloat32)
	geluFar[float64](t, graph.Float64, 40, 1e160, math.MaxFloat64)
}

func geluFar[T float32 | float64](t *testing.T, dtype graph.DType, far ...T) {
	x := append([]T{}, far...)
	for _, v := range far {
		x = append(x, -v)
	}
	b := graph.New(graph.NewParams(dtype, 1))
	in := b.Input("x", len(x))
	y := b.GELU(in)
	outputs := gorgonia.Nodes{y}
	for range 2 {
		g, err := autograd.Gradients(b.Sum(outputs[len(outputs)-1]), in)
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, g[0])
	}
	p, err := b.Compile(graph.Options{Outputs: outputs})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[T](p, "x").Set(x); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for order := range outputs {
		for i, got := range graph.OutputOf[T](p, order).Read(nil) {
			want := [3]T{0, 0, 0}
			if x[i] > 0 {
				want = [3]T{x[i], 1, 0}
			}
			if math.Abs(float64(got-want[order])) > 1e-300 {
				t.Errorf("%v: derivative %d at %g: got %v, want %v", dtype, order, x[i], got, want[order])
			}
		}
	}
}
