package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestThinProducts compares products of few columns, which are computed turned,
// with loops.
func TestThinProducts(t *testing.T) {
	const m, k = 64, 300
	for _, n := range []int{1, 2, 3, 4} {
		for form := range 4 {
			t.Run(fmt.Sprint(n, " columns, form ", form), func(t *testing.T) {
				x, y := make([]float64, m*k), make([]float64, k*n)
				for i := range x {
					x[i] = math.Sin(float64(i))
				}
				for i := range y {
					y[i] = math.Cos(float64(3 * i))
				}
				xs, ys := [2]int{m, k}, [2]int{k, n} // as they are stored
				at := func(s [2]int, i, j int, turned bool) int {
					if turned {
						return j*s[1] + i
					}
					return i*s[1] + j
				}
				b := graph.New(graph.NewParams(graph.Float64, 1))
				if form&1 != 0 {
					xs = [2]int{k, m}
				}
				if form&2 != 0 {
					ys = [2]int{n, k}
				}
				p, q := b.Input("x", xs[0], xs[1]), b.Input("y", ys[0], ys[1])
				if form&1 != 0 {
					p = b.Transpose(p)
				}
				if form&2 != 0 {
					q = b.Transpose(q)
				}
				prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.MatMul(p, q)}})
				if err != nil {
					t.Fatal(err)
				}
				for name, v := range map[string][]float64{"x": x, "y": y} {
					if err := graph.InputOf[float64](prog, name).Set(v); err != nil {
						t.Fatal(err)
					}
				}
				if err := prog.Run(); err != nil {
					t.Fatal(err)
				}
				got := graph.OutputOf[float64](prog, 0).Read(nil)
				for i := range m {
					for j := range n {
						want := 0.0
						for l := range k {
							want += x[at(xs, i, l, form&1 != 0)] * y[at(ys, l, j, form&2 != 0)]
						}
						if d := math.Abs(got[i*n+j] - want); d > 1e-11 {
							t.Fatalf("element %d, %d is %v, want %v", i, j, got[i*n+j], want)
						}
					}
				}
			})
		}
	}
}
