package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Sin is the sine: dx = d·cos x.
var Sin Entry

func init() {
	define(&Sin, Entry{
		Def: ir.Def{Name: "sin", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Sin), Elem64: elem1(vec.F64.Sin)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Cos(x)) }),
		Ref:     ref1(math.Sin),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Sin is the sine.
func (c *Ctx) Sin(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Sin, nil, x) }
