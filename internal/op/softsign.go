package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Softsign is x/(1 + |x|), ±1 at ±Inf: dx = d·q² with q = 1/(1 + |x|).
var Softsign Entry

func init() {
	define(&Softsign, Entry{
		Def: ir.Def{Name: "softsign", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(each[float32](softsign)), Elem64: elem1(each[float64](softsign))},
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.Square(c.Reciprocal(c.AddConst(c.Abs(x), 1))))
		}),
		Ref:     ref1(func(x float64) float64 { return x / (1 + math.Abs(x)) }),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

func softsign(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.Copysign(1, x)
	}
	return x / (1 + math.Abs(x))
}

// Softsign is x/(1 + |x|).
func (c *Ctx) Softsign(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Softsign, nil, x) }
