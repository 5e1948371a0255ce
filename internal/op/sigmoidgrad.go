package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// SigmoidGrad is g·y·(1 − y), the gradient of the sigmoid at its result y, in
// one pass: dg = d·y·(1 − y), dy = d·g·(1 − 2y).
var SigmoidGrad Entry

func init() {
	define(&SigmoidGrad, Entry{
		Def: ir.Def{Name: "sigmoidgrad", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.SigmoidGradF32), Elem64: elem2(vec.SigmoidGradF64)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[0], x[1], sym.Sum(sym.Num(1), sym.Neg(x[1])))
		},
		VJP: vjp2(func(c *Ctx, g, y, d *gorgonia.Node) (dg, dy *gorgonia.Node) {
			return c.SigmoidGrad(d, y), c.Mul(c.Mul(d, g), c.AddConst(c.Scale(y, -2), 1))
		}),
		Ref:     ref2(func(g, y float64) float64 { return g * y * (1 - y) }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// SigmoidGrad is g·y·(1 − y).
func (c *Ctx) SigmoidGrad(g, y *gorgonia.Node) *gorgonia.Node {
	return c.elementwise2(&SigmoidGrad, g, y)
}
