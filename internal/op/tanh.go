package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Tanh is the hyperbolic tangent: dx = d·(1 − tanh² x).
var Tanh Entry

func init() {
	define(&Tanh, Entry{
		Def: ir.Def{Name: "tanh", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape, Split: splitAt(&TanhTail, &TanhOpen),
			Elem32: elem1(vec.F32.Tanh), Elem64: elem1(vec.F64.Tanh)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.TanhGrad(d, x)
		}),
		Ref:     ref1(math.Tanh),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Tanh is tanh x.
func (c *Ctx) Tanh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Tanh, nil, x) }
