package graph_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestLinearGradient trains nothing: it compares the loss and the gradients of
// a linear model with the formulas worked out by hand.
func TestLinearGradient(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tol := 1e-12
		if d == graph.Float32 {
			tol = 1e-5
		}
		b := graph.New(graph.NewParams(d, 1))
		x, y := b.Input("x", 3, 2), b.Input("y", 3, 1)
		w := b.Param("w", graph.Values([]float64{0.5, -0.25}), 2, 1)
		c := b.Param("b", graph.Values([]float64{0.125}), 1)
		loss := b.Mean(b.Square(b.Sub(b.Add(b.MatMul(x, w), c), y)))
		g, err := autograd.Gradients(loss, b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: g})
		if err != nil {
			t.Fatal(err)
		}
		xs, ys := []float64{1, 2, 3, 4, 5, 6}, []float64{1, 0, -1}
		if err := p.Run(); err == nil {
			t.Fatal("ran without being fed")
		}
		if err := graph.InputOf[float64](p, "x").Set(xs); err != nil {
			t.Fatal(err)
		}
		if err := graph.InputOf[float64](p, "y").Set(ys); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		var want, dw0, dw1, db float64
		for i := range 3 {
			r := xs[2*i]*0.5 - xs[2*i+1]*0.25 + 0.125 - ys[i]
			want += r * r / 3
			dw0 += 2 * r * xs[2*i] / 3
			dw1 += 2 * r * xs[2*i+1] / 3
			db += 2 * r / 3
		}
		near(t, "loss", graph.OutputOf[float64](p, 0).Scalar(), want, tol)
		near(t, "dw0", b.Params().Grad("w")[0], dw0, tol)
		near(t, "dw1", b.Params().Grad("w")[1], dw1, tol)
		near(t, "db", b.Params().Grad("b")[0], db, tol)
		if n := testing.AllocsPerRun(20, func() { _ = p.Run() }); n != 0 {
			t.Errorf("a run allocates %v times, want 0", n)
		}
	}
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
