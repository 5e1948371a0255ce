package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Silu is x·sigmoid x: dx = d·(sigmoid x + x·sigmoid′ x).
var Silu Entry

func init() {
	define(&Silu, Entry{
		Def: ir.Def{Name: "silu", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Silu), Elem64: elem1(vec.F64.Silu)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.Add(c.Sigmoid(x), c.SigmoidGrad(x, x)))
		}),
		Ref:     ref1(func(x float64) float64 { return x / (1 + math.Exp(-x)) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Silu is x·sigmoid x.
func (c *Ctx) Silu(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Silu, nil, x) }
