package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Atan2 is the angle of the point (y, x): dx = d·y/z², dy = −d·x/z²
// with z = √(x² + y²), whose square no number overflows that z does not.
var Atan2 Entry

func init() {
	define(&Atan2, Entry{
		Def: ir.Def{Name: "atan2", Class: ir.Elementwise, Arity: 2, Weight: weightSlow, Infer: sameShape,
			Elem32: elem2(vec.F32.Atan2), Elem64: elem2(vec.F64.Atan2)},
		VJP: vjp2(func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			z := c.Hypot(x, y)
			q := c.Div(d, z)
			return c.Mul(q, c.Unit(y, x)), c.Neg(c.Mul(q, c.Unit(x, y)))
		}),
		Ref:     ref2(math.Atan2),
		Samples: func() []Sample { return within(0.3, 2, shapes(2, plain...)) },
	})
}

// Atan2 is the angle of the point (y, x), broadcast.
func (c *Ctx) Atan2(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Atan2, x, y) }
