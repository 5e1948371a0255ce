package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Expm1 is eˣ − 1, accurate near 0: dx = d·eˣ.
var Expm1 Entry

func init() {
	define(&Expm1, Entry{
		Def: ir.Def{Name: "expm1", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Expm1), Elem64: elem1(vec.F64.Expm1)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Exp(x)) }),
		Ref:     ref1(math.Expm1),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Expm1 is eˣ − 1, accurate near 0.
func (c *Ctx) Expm1(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Expm1, nil, x) }
