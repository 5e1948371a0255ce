package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Sum adds x over the axes: dx is d, broadcast back.
var Sum Entry

func init() {
	define(&Sum, Entry{
		Def: ir.Def{Name: "sum", Class: ir.Reduce, Arity: 1, Infer: inferReduce, Simplify: simplifySum, Absorb: absorbStandardized,
			ByRow: byRowOffAxes,
			F32:   sumKernel(vec.F32.Sum, vec.F32.AccumRows, vec.F32.Add),
			F64:   sumKernel(vec.F64.Sum, vec.F64.AccumRows, vec.F64.Add)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Sigma(x[0]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.unreduce(n, d)}
		},
		Ref:     refReduce(0, func(acc, x float64) float64 { return acc + x }),
		Samples: reduceSamples,
	})
}

// farSums is a number of elements that do not fit in the first caches.
const farSums = 1 << 16

// sumKernel sums rows with sum and columns with accum, which adds the rows of a
// matrix into its first operand, and add.
func sumKernel[T ir.Float](sum func([]T) T, accum func(dst, a []T, rows, stride int), add func(dst, a, b []T)) ir.Kernel[T] {
	return reduceKernel(reducer[T]{
		rows: func(dst, x []T, n int) {
			for i := range dst {
				dst[i] = sum(x[i*n : (i+1)*n])
			}
		},
		cols: func(dst, x []T, n, stride int) {
			clear(dst)
			few := n
			if n*stride > farSums { // rows come one after the other from memory
				few = 8
			}
			for i := 0; i < n; i += few {
				accum(dst, x[i*stride:], min(few, n-i), stride)
			}
		},
		join: add,
	})
}

// Sum adds x over the axes (nil: all of them); keep leaves them with extent 1.
func (c *Ctx) Sum(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	return c.reduce(&Sum, x, axes, keep)
}

// Mean is the average of x over the axes (nil: all of them).
func (c *Ctx) Mean(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	s := c.Sum(x, axes, keep)
	if c.Err != nil {
		return nil
	}
	n := c.Shape(x).Size() / max(1, c.Shape(s).Size())
	if n == 0 && c.Shape(s).Size() > 0 {
		c.Fail("mean", "", []*gorgonia.Node{x}, shapef("got %v, want at least one element to average", c.Shape(x)))
		return nil
	}
	return c.Scale(s, 1/float64(max(1, n)))
}
