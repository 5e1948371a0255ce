package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// TanhGrad is g·(1 − tanh² x), the gradient of tanh at x, with all digits where the
// function is nearly constant: dg = d·(1 − tanh² x), dx = −2·d·g·tanh x·(1 − tanh² x).
var TanhGrad Entry

func init() {
	define(&TanhGrad, Entry{
		Def: ir.Def{Name: "tanhgrad", Class: ir.Elementwise, Arity: 2, Weight: weightFast, Infer: sameShape, Split: splitAt(&TanhTail, &TanhSlope),
			Elem32: slopes(vec.F32.TanhTail, vec.F32.TanhSlope), Elem64: slopes(vec.F64.TanhTail, vec.F64.TanhSlope)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[0], sym.Sum(sym.Num(1), sym.Neg(sym.Power(sym.Call("tanh", x[1]), sym.Num(2)))))
		},
		VJP: vjp2(func(c *Ctx, g, x, d *gorgonia.Node) (dg, dx *gorgonia.Node) {
			return c.TanhGrad(d, x), c.Scale(c.Mul(c.Tanh(x), c.TanhGrad(c.Mul(d, g), x)), -2)
		}),
		Ref: ref2(func(g, x float64) float64 {
			y := math.Cosh(x)
			return g / (y * y)
		}),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// TanhGrad is g·(1 − tanh² x).
func (c *Ctx) TanhGrad(g, x *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&TanhGrad, g, x) }
