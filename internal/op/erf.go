package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Erf is the error function: dx = d·2/√π·e^(−x²).
var Erf Entry

func init() {
	define(&Erf, Entry{
		Def: ir.Def{Name: "erf", Class: ir.Elementwise, Arity: 1, Weight: weightLong, Infer: sameShape,
			Elem32: elem1(vec.F32.Erf), Elem64: elem1(vec.F64.Erf)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Mul(d, c.Exp(c.Neg(c.Square(x)))), 2/math.SqrtPi)
		}),
		Ref:     ref1(math.Erf),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Erf is the error function.
func (c *Ctx) Erf(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Erf, nil, x) }
