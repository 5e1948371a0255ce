package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Mul is x · y, element by element: dx = d·y, dy = d·x.
var Mul Entry

func init() {
	define(&Mul, Entry{
		Def: ir.Def{Name: "mul", Class: ir.Elementwise, Arity: 2, Infer: sameShape, Simplify: simplifyMul, By: &Scale.Def,
			Elem32: elem2(vec.F32.Mul), Elem64: elem2(vec.F64.Mul)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Product(x...) },
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			return c.Mul(d, y), c.Mul(d, x)
		}),
		Ref:     ref2(func(x, y float64) float64 { return x * y }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// Mul is x · y, broadcast, and what is under the root where both are one root.
func (c *Ctx) Mul(x, y *gorgonia.Node) *gorgonia.Node {
	if x == y {
		if z := c.squareOf(x); z != nil {
			return z
		}
	}
	return c.elementwise2(&Mul, x, y)
}
