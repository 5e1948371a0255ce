package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Digamma is the derivative of log Γ: dx = d·polygamma x of order 1.
var Digamma Entry

func init() {
	define(&Digamma, Entry{
		Def: ir.Def{Name: "digamma", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Digamma), Elem64: elem1(vec.F64.Digamma)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Polygamma(x, 1)) }),
		Ref: ref1(func(x float64) float64 {
			sum := 0.0
			for ; x < 1000; x++ { // far enough for three terms of the series
				sum -= 1 / x
			}
			return sum + math.Log(x) - 1/(2*x) - 1/(12*x*x)
		}),
		Samples: func() []Sample { return within(0.5, 4, shapes(1, plain...)) },
	})
}

// Digamma is the derivative of log Γ.
func (c *Ctx) Digamma(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Digamma, nil, x) }
