package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Asinh is the inverse hyperbolic sine: dx = d/√(1 + x²), by the
// hypotenuse, which no large x overflows.
var Asinh Entry

func init() {
	define(&Asinh, Entry{
		Def: ir.Def{Name: "asinh", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Asinh), Elem64: elem1(vec.F64.Asinh)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Div(d, c.Hypot(x, c.Fill(x, 1)))
		}),
		Ref:     ref1(math.Asinh),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Asinh is the inverse hyperbolic sine.
func (c *Ctx) Asinh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Asinh, nil, x) }
