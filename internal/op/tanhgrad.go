package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// TanhGrad is g·(1 − y²), the gradient of tanh at its result y, in one pass:
// dg = d·(1 − y²), dy = −2·d·g·y.
var TanhGrad Entry

func init() {
	define(&TanhGrad, Entry{
		Def: ir.Def{Name: "tanhgrad", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.TanhGradF32), Elem64: elem2(vec.TanhGradF64)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[0], sym.Sum(sym.Num(1), sym.Neg(sym.Power(x[1], sym.Num(2)))))
		},
		VJP: vjp2(func(c *Ctx, g, y, d *gorgonia.Node) (dg, dy *gorgonia.Node) {
			return c.TanhGrad(d, y), c.Scale(c.Mul(c.Mul(d, g), y), -2)
		}),
		Ref:     ref2(func(g, y float64) float64 { return g * (1 - y*y) }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// TanhGrad is g·(1 − y²).
func (c *Ctx) TanhGrad(g, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&TanhGrad, g, y) }
