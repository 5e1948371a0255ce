package graph_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestWhere compares Where with its definition, for conditions of every element, of rows,
// of columns and of all, behind a loop and behind a product. What is not chosen may be NaN.
func TestWhere(t *testing.T) {
	const rows, cols = 5, 40
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, shape := range []ir.Shape{{rows, cols}, {rows, 1}, {1, cols}, {}, {1}} {
			cond := make([]float64, shape.Size())
			for i := range cond {
				cond[i] = []float64{1, 0, math.NaN(), -2, 0, 0, math.Copysign(0, -1)}[i%7]
			}
			x, y := graphtest.Wave(rows*cols, 1), graphtest.Wave(cols, 2)
			want := make([]float64, rows*cols)
			for i := range want {
				at := 0
				for k, n := range shape { // the element of cond
					if n > 1 {
						at = at*n + []int{i / cols, i % cols}[k]
					}
				}
				if want[i] = y[i%cols]; cond[at] != 0 {
					want[i] = x[i]
				} else {
					x[i] = math.NaN()
				}
			}
			b := graph.New(graph.NewParams(d, 1))
			c, one := b.Const(cond, shape...), b.Const([]float64{1, 0}, 1, 2)
			left, right := b.Const(x, rows, cols), b.Const(y, cols)
			plain := b.Where(c, left, right)
			loop := b.Neg(b.Where(c, b.Neg(left), b.Neg(right)))
			product := b.Where(c, left, b.MatMul(b.Broadcast(one, rows, 2), b.Stack(0, right, right)))
			tol := map[graph.DType]float64{graph.Float32: 1e-7}[d]
			for i, got := range graphtest.Run(t, b, nil, plain, loop, product) {
				for j := range got {
					if !(math.Abs(got[j]-want[j]) <= tol) {
						t.Fatalf("%v, condition %v, result %d: got %v at element %d, want %v", d, shape, i, got[j], j, want[j])
					}
				}
			}
		}
	}
}
