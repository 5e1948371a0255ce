package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Lgamma is log|Γ(x)|: dx = d·digamma x.
var Lgamma Entry

func init() {
	define(&Lgamma, Entry{
		Def: ir.Def{Name: "lgamma", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Lgamma), Elem64: elem1(vec.F64.Lgamma)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Digamma(x)) }),
		Ref: ref1(func(x float64) float64 {
			if math.IsInf(x, -1) {
				return math.Inf(1) // as in C99
			}
			y, _ := math.Lgamma(x)
			return y
		}),
		Samples: func() []Sample { return within(0.5, 4, shapes(1, plain...)) },
	})
}

// Lgamma is log|Γ(x)|.
func (c *Ctx) Lgamma(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Lgamma, nil, x) }
