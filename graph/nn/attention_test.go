package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestHiddenValues puts what is not finite into a key and a value that some queries do not
// see: these are as without it, and the others are NaN.
func TestHiddenValues(t *testing.T) {
	const n, d = 4, 3
	for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			run := func(key, value float64) (y, dq, dk, dv []float64) {
				b := graph.New(graph.NewParams(dtype, 1))
				k, v := graphtest.Wave(n*d, 2), graphtest.Wave(n*d, 3)
				k[2*d+1], v[2*d] = key, value
				q, kn, vn := b.Input("q", n, d), b.Input("k", n, d), b.Input("v", n, d)
				out := nn.Attention(b, q, kn, vn, nn.CausalMask(b, n))
				g, err := autograd.Gradients(b.Sum(b.Square(b.Slice(out, graph.Range(0, 2)))), q, kn, vn)
				if err != nil {
					t.Fatal(err)
				}
				all := graphtest.Run(t, b, map[string][]float64{"q": graphtest.Wave(n*d, 1), "k": k, "v": v}, append(gorgonia.Nodes{out}, g...)...)
				return all[0], all[1], all[2], all[3]
			}
			y, dq, _, _ := run(0, 0)
			for _, at := range [][2]float64{{bad, 0}, {0, bad}, {bad, bad}} {
				yb, dqb, _, _ := run(at[0], at[1])
				for i := range y {
					if i < 2*d && (yb[i] != y[i] || dqb[i] != dq[i]) {
						t.Errorf("%v: with %v: got %v and the gradient %v at element %d, want %v and %v", dtype, at, yb[i], dqb[i], i, y[i], dq[i])
					}
					if i >= 2*d && !math.IsNaN(yb[i]) {
						t.Errorf("%v: with %v: got %v at element %d, want NaN", dtype, at, yb[i], i)
					}
				}
			}
		}
	}
}

// TestPaddingMask holds the mask to the lengths, and a run with one that is out of range
// to an error.
func TestPaddingMask(t *testing.T) {
	inf := math.Inf(-1)
	b := graph.New(nil)
	mask := nn.PaddingMask(b, b.Ints("lengths", 3), 2)
	if got := fmt.Sprint(b.Shape(mask)); got != "[3 1 1 2]" {
		t.Errorf("got the shape %s", got)
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{mask}})
	if err != nil {
		t.Fatal(err)
	}
	in := graph.InputOf[int](p, "lengths")
	if err := in.Set([]int{1, 2, 0}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(graph.OutputOf[float64](p, 0).Read(nil)), fmt.Sprint([]float64{0, inf, 0, 0, inf, inf}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := in.Set([]int{1, 3, 0}); err == nil {
		t.Error("a length of 3 in 2 steps is no error")
	}
}
