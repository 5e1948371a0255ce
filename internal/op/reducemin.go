package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// ReduceMin is the smallest element over the axes, NaN if there is one: d goes to the
// elements that are equal to it, in equal shares.
var ReduceMin Entry

func init() {
	define(&ReduceMin, Entry{
		Def: ir.Def{Name: "reducemin", Class: ir.Reduce, Arity: 1, Infer: inferReduceSome,
			ByRow: byRowOffAxes,
			F32:   extremeKernel(vec.F32.MinOf, vec.F32.Min),
			F64:   extremeKernel(vec.F64.MinOf, vec.F64.Min)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("min", x[0]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.shareTies(n, d)}
		},
		Ref: refReduce(math.NaN(), math.Min),
		Samples: func() []Sample {
			s := reduceSamples()
			kinked(s[6:]) // many elements nearly tie
			return s
		},
	})
}

// ReduceMin is the smallest element over the axes (nil: all of them).
func (c *Ctx) ReduceMin(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	return c.reduce(&ReduceMin, x, axes, keep)
}
