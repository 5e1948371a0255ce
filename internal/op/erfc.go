package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Erfc is 1 − erf x: dx = −d·2/√π·e^(−x²).
var Erfc Entry

func init() {
	define(&Erfc, Entry{
		Def: ir.Def{Name: "erfc", Class: ir.Elementwise, Arity: 1, Weight: weightLong, Infer: sameShape,
			Elem32: elem1(vec.F32.Erfc), Elem64: elem1(vec.F64.Erfc)},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Mul(d, c.Exp(c.Neg(c.Square(x)))), -2/math.SqrtPi)
		}),
		Ref:     ref1(math.Erfc),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Erfc is 1 − erf x.
func (c *Ctx) Erfc(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Erfc, nil, x) }
