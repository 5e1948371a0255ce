package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Tanh is the hyperbolic tangent y = tanh x: dx = d·(1 − y²).
var Tanh Entry

func init() {
	define(&Tanh, Entry{
		Def: ir.Def{Name: "tanh", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.TanhF32), Elem64: elem1(vec.TanhF64)},
		From: []Key{"elemUnaryOp tanh"},
		VJP: vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node {
			return c.TanhGrad(d, y)
		}),
		Ref:     ref1(math.Tanh),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Tanh is tanh x.
func (c *Ctx) Tanh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Tanh, nil, x) }
