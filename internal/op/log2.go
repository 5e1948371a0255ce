package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Log2 is the binary logarithm: dx = d/(x·log 2).
var Log2 Entry

func init() {
	define(&Log2, Entry{
		Def: ir.Def{Name: "log2", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Log2), Elem64: elem1(vec.F64.Log2)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Div(d, x), 1/math.Ln2) }),
		Ref:     ref1(math.Log2),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// Log2 is the binary logarithm.
func (c *Ctx) Log2(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Log2, nil, x) }
