package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Erfcx is e^(x²)·erfc x, which neither overflows nor vanishes for large x: dx =
// d·(2x·y − 2/√π).
var Erfcx Entry

func init() {
	define(&Erfcx, Entry{
		Def: ir.Def{Name: "erfcx", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(each[float32](erfcx)), Elem64: elem1(each[float64](erfcx))},
		VJP: vjp1(func(c *Ctx, x, y, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.AddConst(c.Scale(c.Mul(x, y), 2), -2/math.SqrtPi))
		}),
		Ref:     ref1(func(x float64) float64 { return math.Exp(x*x) * math.Erfc(x) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// erfcx multiplies the two factors, with the part of x² that rounding loses put
// back; where they are far apart, the asymptotic series (Abramowitz and Stegun,
// 7.1.23) takes over.
func erfcx(x float64) float64 {
	if x < 10 {
		square := x * x
		return math.Exp(square) * (1 + math.FMA(x, x, -square)) * math.Erfc(x)
	}
	sum, term := 1.0, 1.0
	for k := 1; k <= 12; k++ {
		term *= -float64(2*k-1) / (2 * x * x)
		sum += term
	}
	return sum / (x * math.Sqrt(math.Pi))
}

// Erfcx is e^(x²)·erfc x.
func (c *Ctx) Erfcx(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Erfcx, nil, x) }
