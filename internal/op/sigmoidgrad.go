package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// SigmoidGrad is g·σ(x)·σ(−x), the gradient of the sigmoid at x, with all digits where the
// function is nearly constant: dg = d·σ(x)·σ(−x), dx = −d·g·σ(x)·σ(−x)·tanh(x/2).
var SigmoidGrad Entry

func init() {
	define(&SigmoidGrad, Entry{
		Def: ir.Def{Name: "sigmoidgrad", Class: ir.Elementwise, Arity: 2, Weight: weightFast, Infer: sameShape, Split: splitAt(&SigmoidTail, &SigmoidSlope),
			Elem32: slopes(vec.F32.SigmoidTail, vec.F32.SigmoidSlope), Elem64: slopes(vec.F64.SigmoidTail, vec.F64.SigmoidSlope)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Product(x[0], sym.Call("σ", x[1]), sym.Sum(sym.Num(1), sym.Neg(sym.Call("σ", x[1]))))
		},
		VJP: vjp2(func(c *Ctx, g, x, d *gorgonia.Node) (dg, dx *gorgonia.Node) {
			return c.SigmoidGrad(d, x), c.Neg(c.Mul(c.Tanh(c.Scale(x, 0.5)), c.SigmoidGrad(c.Mul(d, g), x)))
		}),
		Ref: ref2(func(g, x float64) float64 {
			y := 2 * math.Cosh(x/2)
			return g / (y * y)
		}),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// SigmoidGrad is g·σ(x)·σ(−x).
func (c *Ctx) SigmoidGrad(g, x *gorgonia.Node) *gorgonia.Node {
	return c.elementwise2(&SigmoidGrad, g, x)
}
