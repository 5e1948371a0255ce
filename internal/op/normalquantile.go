package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gonum.org/v1/gonum/mathext"
	"gorgonia.org/gorgonia"
)

// NormalQuantile is the y at which the normal distribution is x, on [0, 1]: dx =
// d·√(2π)·e^(y²/2).
var NormalQuantile Entry

func init() {
	define(&NormalQuantile, Entry{
		Def: ir.Def{Name: "normalquantile", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(each[float32](normalQuantile)), Elem64: elem1(each[float64](normalQuantile))},
		VJP: vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Mul(d, c.Exp(c.Scale(c.Square(y), 0.5))), math.Sqrt(2*math.Pi))
		}),
		Ref: ref1(func(x float64) float64 {
			return bisect(x, -6, 6, func(y float64) float64 { return math.Erfc(-y/math.Sqrt2) / 2 })
		}),
		Samples: func() []Sample { return within(0.05, 0.95, shapes(1, plain...)) },
	})
}

func normalQuantile(p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	return mathext.NormalQuantile(p)
}

// NormalQuantile is the inverse of the normal distribution.
func (c *Ctx) NormalQuantile(x *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&NormalQuantile, nil, x)
}
