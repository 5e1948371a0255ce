package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Acosh is the inverse hyperbolic cosine: dx = d/(√(x − 1)·√(x + 1)), which no
// large x overflows.
var Acosh Entry

func init() {
	define(&Acosh, Entry{
		Def: ir.Def{Name: "acosh", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Acosh), Elem64: elem1(vec.F64.Acosh)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.Mul(c.Rsqrt(c.AddConst(x, -1)), c.Rsqrt(c.AddConst(x, 1))))
		}),
		Ref:     ref1(math.Acosh),
		Samples: func() []Sample { return within(1.2, 3, shapes(1, plain...)) },
	})
}

// Acosh is the inverse hyperbolic cosine.
func (c *Ctx) Acosh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Acosh, nil, x) }
