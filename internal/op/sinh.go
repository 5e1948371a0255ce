package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Sinh is the hyperbolic sine: dx = d·cosh x.
var Sinh Entry

func init() {
	define(&Sinh, Entry{
		Def: ir.Def{Name: "sinh", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Sinh), Elem64: elem1(vec.F64.Sinh)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Cosh(x)) }),
		Ref:     ref1(math.Sinh),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Sinh is the hyperbolic sine.
func (c *Ctx) Sinh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Sinh, nil, x) }
