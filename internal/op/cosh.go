package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Cosh is the hyperbolic cosine: dx = d·sinh x.
var Cosh Entry

func init() {
	define(&Cosh, Entry{
		Def: ir.Def{Name: "cosh", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Cosh), Elem64: elem1(vec.F64.Cosh)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Sinh(x)) }),
		Ref:     ref1(math.Cosh),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Cosh is the hyperbolic cosine.
func (c *Ctx) Cosh(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Cosh, nil, x) }
