package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// ReduceMax is the largest element over the axes, NaN if there is one: d goes to the
// elements that are equal to it, in equal shares.
var ReduceMax Entry

func init() {
	define(&ReduceMax, Entry{
		Def: ir.Def{Name: "reducemax", Class: ir.Reduce, Arity: 1, Infer: inferReduceSome,
			ByRow: byRowOffAxes,
			F32:   extremeKernel(vec.F32.MaxOf, vec.F32.Max),
			F64:   extremeKernel(vec.F64.MaxOf, vec.F64.Max)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("max", x[0]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.shareTies(n, d)}
		},
		Ref: refReduce(math.NaN(), math.Max),
		Samples: func() []Sample {
			s := reduceSamples()
			kinked(s[6:]) // many elements nearly tie
			return s
		},
	})
}

// ReduceMax is the largest element over the axes (nil: all of them).
func (c *Ctx) ReduceMax(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	return c.reduce(&ReduceMax, x, axes, keep)
}
