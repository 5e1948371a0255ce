package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Softplus is log(1 + eˣ), without overflow: dx = d·sigmoid x.
var Softplus Entry

func init() {
	define(&Softplus, Entry{
		Def: ir.Def{Name: "softplus", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Softplus), Elem64: elem1(vec.F64.Softplus)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Sigmoid(x)) }),
		Ref:     ref1(func(x float64) float64 { return math.Log1p(math.Exp(x)) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Softplus is log(1 + eˣ), without overflow.
func (c *Ctx) Softplus(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Softplus, nil, x) }
