package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Log1p is log(1 + x), accurate near 0: dx = d/(1+x).
var Log1p Entry

func init() {
	define(&Log1p, Entry{
		Def: ir.Def{Name: "log1p", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Log1p), Elem64: elem1(vec.F64.Log1p)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Div(d, c.AddConst(x, 1)) }),
		Ref:     ref1(math.Log1p),
		Samples: func() []Sample { return within(-0.5, 2, shapes(1, plain...)) },
	})
}

// Log1p is log(1 + x), accurate near 0.
func (c *Ctx) Log1p(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Log1p, nil, x) }
