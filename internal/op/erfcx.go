package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Erfcx is e^(x²)·erfc x, which neither overflows nor vanishes for large x, or, with
// the attribute order n, e^(x²)·iⁿerfc x with the n-th repeated integral of erfc: dx =
// −2(n+1)·d·erfcx of the order n+1 (Abramowitz and Stegun, 7.2.8), in which nothing
// cancels.
var Erfcx Entry

func init() {
	define(&Erfcx, Entry{
		Def: ir.Def{Name: "erfcx", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Consts: func(a ir.Attrs) []float64 { return []float64{float64(a.Int("order"))} },
			Elem32: elemS(erfcxs[float32]), Elem64: elemS(erfcxs[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			next := n.Attrs.Int("order") + 1
			return []*gorgonia.Node{c.Scale(c.Mul(d, c.erfcx(n.In[0], next)), float64(-2*next))}
		},
		Ref: func(c *ir.Call[float64]) { // 2/√π·∫ tⁿ/n!·e^(−t²−2tx) dt from 0 on
			order := c.V.Attrs.Int("order")
			for i, x := range c.In[0] {
				const step, end = 1e-3, 12
				sum := 0.0
				for k := range int(end / step) { // Simpson's rule
					f := func(t float64) float64 { return math.Pow(t, float64(order)) * math.Exp(-t*(t+2*x)) }
					t := float64(k) * step
					sum += (f(t) + 4*f(t+step/2) + f(t+step)) * step / 6
				}
				c.Out[i] = 2 / math.SqrtPi * sum / math.Gamma(float64(order)+1)
			}
		},
		Samples: func() []Sample {
			return append(withAttrs(ir.A("order", 0), shapes(1, plain...)), withAttrs(ir.A("order", 2), shapes(1, plain...))...)
		},
	})
}

func erfcxs[T ir.Float](dst, x []T, order T) {
	for i, v := range x {
		dst[i] = T(erfcx(int(order), float64(v)))
	}
}

// erfcx goes up from the orders −1 and 0 by the recurrence 2n·yₙ = yₙ₋₂ − 2x·yₙ₋₁.
// Where that cancels it finds the ratios yₙ/yₙ₋₁ = 1/(2x + 2(n+1)·yₙ₊₁/yₙ) from far up
// (Gautschi 1961).
func erfcx(n int, x float64) float64 {
	if x >= 1.5 {
		y, r := 2/math.SqrtPi, 0.0
		for k := n + 10 + int(200/(x*x)); k >= 0; k-- {
			r = 1 / (2*x + 2*float64(k+1)*r)
			if k <= n {
				y *= r
			}
		}
		return y
	}
	last, y := 2/math.SqrtPi, erfcx0(x)
	for k := 1; k <= n; k++ {
		last, y = y, (last-2*x*y)/float64(2*k)
	}
	return y
}

// erfcx0 multiplies the two factors of the order 0, with the part of x² that rounding
// loses put back.
func erfcx0(x float64) float64 {
	if x < -30 {
		return math.Inf(1)
	}
	square := x * x
	return math.Exp(square) * (1 + math.FMA(x, x, -square)) * math.Erfc(x)
}

// Erfcx is e^(x²)·erfc x.
func (c *Ctx) Erfcx(x *gorgonia.Node) *gorgonia.Node { return c.erfcx(x, 0) }

func (c *Ctx) erfcx(x *gorgonia.Node, order int) *gorgonia.Node {
	return c.Apply(&Erfcx, ir.A("order", order), x)
}
