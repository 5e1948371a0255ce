package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Abs is |x|: dx = d·sign x, 0 at 0.
var Abs Entry

func init() {
	define(&Abs, Entry{
		Def: ir.Def{Name: "abs", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Abs), Elem64: elem1(vec.F64.Abs)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Sign(x)) }),
		Ref:     ref1(math.Abs),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Abs is |x|.
func (c *Ctx) Abs(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Abs, nil, x) }
