package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Cos is the cosine: dx = −d·sin x.
var Cos Entry

func init() {
	define(&Cos, Entry{
		Def: ir.Def{Name: "cos", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Cos), Elem64: elem1(vec.F64.Cos)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Neg(c.Mul(d, c.Sin(x))) }),
		Ref:     ref1(math.Cos),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Cos is the cosine.
func (c *Ctx) Cos(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Cos, nil, x) }
