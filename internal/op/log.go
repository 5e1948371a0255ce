package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Log is the natural logarithm: dx = d/x.
var Log Entry

func init() {
	define(&Log, Entry{
		Def: ir.Def{Name: "log", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Log), Elem64: elem1(vec.F64.Log)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Div(d, x) }),
		Ref:     ref1(math.Log),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// Log is the natural logarithm.
func (c *Ctx) Log(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Log, nil, x) }
