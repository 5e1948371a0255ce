package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// LogSigmoid is log(1/(1 + e⁻ˣ)): dx = d·sigmoid(−x).
var LogSigmoid Entry

func init() {
	define(&LogSigmoid, Entry{
		Def: ir.Def{Name: "logsigmoid", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.LogSigmoid), Elem64: elem1(vec.F64.LogSigmoid)},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, c.Sigmoid(c.Neg(x))) }),
		Ref:     ref1(func(x float64) float64 { return -math.Log1p(math.Exp(-x)) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// LogSigmoid is log(1/(1 + e⁻ˣ)).
func (c *Ctx) LogSigmoid(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&LogSigmoid, nil, x) }
