package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// GeluGrad is g·(Φ(x) + x·φ(x)), the gradient of gelu at x, Φ being the normal distribution and φ its
// density: dg = d·(Φ(x) + x·φ(x)), dx = d·g·φ(x)·(2 − x²).
var GeluGrad Entry

// bellEnd is where the density of the normal distribution is 0 in float64.
const bellEnd = 40

func init() {
	define(&GeluGrad, Entry{
		Def: ir.Def{Name: "gelugrad", Class: ir.Elementwise, Arity: 2, Weight: weightLong, Infer: sameShape,
			Elem32: elem2(vec.F32.GeluGrad), Elem64: elem2(vec.F64.GeluGrad)},
		VJP: vjp2(func(c *Ctx, g, x, d *gorgonia.Node) (dg, dx *gorgonia.Node) {
			square := c.Square(c.Clamp(x, -bellEnd, bellEnd)) // φ is 0 from there on, and x² may overflow
			bell := c.Scale(c.Exp(c.Scale(square, -0.5)), 1/math.Sqrt(2*math.Pi))
			return c.GeluGrad(d, x), c.Mul(c.Mul(d, g), c.Mul(bell, c.AddConst(c.Neg(square), 2)))
		}),
		Ref: ref2(func(g, x float64) float64 {
			return g * (0.5*math.Erfc(-x/math.Sqrt2) + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi))
		}),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// GeluGrad is g·(Φ(x) + x·φ(x)).
func (c *Ctx) GeluGrad(g, x *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&GeluGrad, g, x) }
