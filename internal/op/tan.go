package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Tan is the tangent: dx = d·(1 + y²).
var Tan Entry

func init() {
	define(&Tan, Entry{
		Def: ir.Def{Name: "tan", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Tan), Elem64: elem1(vec.F64.Tan)},
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.AddConst(c.Square(y), 1)) }),
		Ref:     ref1(math.Tan),
		Samples: func() []Sample { return within(-1, 1, shapes(1, plain...)) },
	})
}

// Tan is the tangent.
func (c *Ctx) Tan(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Tan, nil, x) }
