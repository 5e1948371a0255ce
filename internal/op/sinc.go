package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Sinc is sin(πx)/(πx), 1 at 0, or its derivative of the order that the attribute
// says: dx = d·sinc of the next order, at 0 as anywhere else.
var Sinc Entry

func init() {
	define(&Sinc, Entry{
		Def: ir.Def{Name: "sinc", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Consts: func(a ir.Attrs) []float64 { return []float64{float64(a.Int("order"))} },
			Elem32: elemS(sincs[float32]), Elem64: elemS(sincs[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(d, c.Sinc(n.In[0], n.Attrs.Int("order")+1))}
		},
		Ref: func(c *ir.Call[float64]) { // πⁿ·∫ tⁿ·cos(πxt + nπ/2) dt over [0, 1]
			n, steps := float64(c.V.Attrs.Int("order")), 8000
			for i, x := range c.In[0] {
				f := func(t float64) float64 { return math.Pow(t, n) * math.Cos(math.Pi*(x*t+n/2)) }
				sum := f(0) + f(1)
				for k := 1; k < steps; k++ { // Simpson's rule
					sum += float64(2+2*(k%2)) * f(float64(k)/float64(steps))
				}
				c.Out[i] = math.Pow(math.Pi, n) * sum / float64(3*steps)
			}
		},
		Samples: func() []Sample {
			return append(withAttrs(ir.A("order", 0), shapes(1, plain...)), withAttrs(ir.A("order", 3), shapes(1, plain...))...)
		},
	})
}

func sincs[T ir.Float](dst, x []T, order T) {
	for i, v := range x {
		dst[i] = T(sinc(int(order), float64(v)))
	}
}

// sinc is πⁿ·sₙ(z) with the n-th derivative sₙ of sin z/z, z = πx: by the power series
// near 0, else by z·sₙ = sin⁽ⁿ⁾z − n·sₙ₋₁, which is stable there.
func sinc(n int, x float64) float64 {
	z := math.Pi * x
	scale := math.Pow(math.Pi, float64(n))
	if a := math.Abs(z); a < 1 || a < float64(n) {
		return scale * sincSeries(n, z)
	}
	sin, cos := sinCosPi(x)
	turn := [4]float64{sin, cos, -sin, -cos} // the derivatives of the sine
	s := sin / z
	for k := 1; k <= n; k++ {
		s = (turn[k%4] - float64(k)*s) / z
	}
	return scale * s
}

// sincSeries is Σ (−1)ᵏ·z^(2k−n)·(2k)!/((2k−n)!·(2k+1)!).
func sincSeries(n int, z float64) float64 {
	k := (n + 1) / 2
	term := 1 / float64(2*k+1)
	if 2*k > n {
		term *= z
	}
	if k%2 == 1 {
		term = -term
	}
	sum := term
	for m := 2*k - n; math.Abs(term) > math.Abs(sum)*0x1p-60; m += 2 {
		term *= -z * z / float64((m+1)*(m+2)) * float64(m+n+1) / float64(m+n+3)
		sum += term
	}
	return sum
}

// sinCosPi are the sine and cosine of πx, without the rounding of πx.
func sinCosPi(x float64) (sin, cos float64) {
	r := math.Remainder(x, 2)
	q := math.RoundToEven(2 * r)
	sin, cos = math.Sincos(math.Pi * (r - q/2))
	switch int(q) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

// Sinc is the derivative of sin(πx)/(πx) of that order.
func (c *Ctx) Sinc(x *gorgonia.Node, order int) *gorgonia.Node {
	return c.Apply(&Sinc, ir.A("order", order), x)
}
