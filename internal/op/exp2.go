package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Exp2 is 2ˣ: dx = d·y·log 2.
var Exp2 Entry

func init() {
	define(&Exp2, Entry{
		Def: ir.Def{Name: "exp2", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Exp2), Elem64: elem1(vec.F64.Exp2)},
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Mul(d, y), math.Ln2) }),
		Ref:     ref1(math.Exp2),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Exp2 is 2ˣ.
func (c *Ctx) Exp2(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Exp2, nil, x) }
