package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Log10 is the decimal logarithm: dx = d/(x·log 10).
var Log10 Entry

func init() {
	define(&Log10, Entry{
		Def: ir.Def{Name: "log10", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Log10), Elem64: elem1(vec.F64.Log10)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Div(d, x), 1/math.Ln10) }),
		Ref:     ref1(math.Log10),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// Log10 is the decimal logarithm.
func (c *Ctx) Log10(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Log10, nil, x) }
