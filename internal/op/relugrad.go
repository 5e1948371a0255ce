package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// ReluGrad is g but 0 where y ≤ 0, the gradient of max(x, 0) at its result y: dg
// is d there, dy = 0. Where y is 0, an infinite g gives 0, not NaN; NaN in y lets
// g through.
var ReluGrad Entry

func init() {
	define(&ReluGrad, Entry{
		Def: ir.Def{Name: "relugrad", Class: ir.Elementwise, Arity: 2, Infer: sameShape, Simplify: simplifyReluGrad,
			Elem32: elem2(vec.F32.ReluGrad), Elem64: elem2(vec.F64.ReluGrad)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Product(x[0], sym.Step(x[1])) },
		VJP: vjp2(func(c *Ctx, _, y, d *gorgonia.Node) (dg, dy *gorgonia.Node) {
			return c.ReluGrad(d, y), nil
		}),
		Ref: ref2(func(g, y float64) float64 {
			if y <= 0 {
				return 0
			}
			return g
		}),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// ReluGrad is g but 0 where y ≤ 0.
func (c *Ctx) ReluGrad(g, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&ReluGrad, g, y) }
