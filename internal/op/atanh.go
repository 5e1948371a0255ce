package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Atanh is the inverse hyperbolic tangent: dx = d/(1 − x²).
var Atanh Entry

func init() {
	define(&Atanh, Entry{
		Def: ir.Def{Name: "atanh", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Atanh), Elem64: elem1(vec.F64.Atanh)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Div(d, c.CoSquare(x))
		}),
		Ref:     ref1(math.Atanh),
		Samples: func() []Sample { return within(-0.9, 0.9, shapes(1, plain...)) },
	})
}

// Atanh is the inverse hyperbolic tangent.
func (c *Ctx) Atanh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Atanh, nil, x) }
