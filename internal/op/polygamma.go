package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gonum.org/v1/gonum/mathext"
	"gorgonia.org/gorgonia"
)

// Polygamma is the order-th derivative of digamma, order ≥ 1: dx = d·polygamma of
// the next order.
var Polygamma Entry

func init() {
	define(&Polygamma, Entry{
		Def: ir.Def{Name: "polygamma", Class: ir.Elementwise, Arity: 1, Weight: weightSlow,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if n := a.Int("order"); n < 1 || n > maxPolygamma {
					return ir.Type{}, mistake.Newf(ErrOption, "got the order %d, want 1 to %d", n, maxPolygamma)
				}
				return sameShape(in, a)
			},
			Consts: func(a ir.Attrs) []float64 { return []float64{float64(a.Int("order"))} },
			Elem32: elemS(polygammas[float32]), Elem64: elemS(polygammas[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Mul(d, c.Polygamma(n.In[0], n.Attrs.Int("order")+1))}
		},
		Ref: func(c *ir.Call[float64]) {
			n := float64(c.V.Attrs.Int("order"))
			for i, x := range c.In[0] { // (-1)^(n+1)·n!·zeta(n+1, x)
				c.Out[i] = math.Pow(-1, n+1) * math.Gamma(n+1) * mathext.Zeta(n+1, x)
			}
		},
		Samples: func() []Sample {
			return append(within(0.5, 4, withAttrs(ir.A("order", 1), shapes(1, plain...))),
				within(0.5, 4, withAttrs(ir.A("order", 2), shapes(1, plain...)))...)
		},
	})
}

// maxPolygamma is the largest order: the factorial of the next is beyond float64.
const maxPolygamma = 170

func polygammas[T ir.Float](dst, x []T, order T) {
	for i, v := range x {
		dst[i] = T(polygamma(int(order), float64(v)))
	}
}

// bernoulli are the even Bernoulli numbers from B2 on.
var bernoulli = [...]float64{1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6, -3617. / 510, 43867. / 798}

// polygamma is (-1)^(n+1)·Σ n!/(x+j)^(n+1) over all j ≥ 0. Below 0 the terms on either
// side of 0 are two sums that start between 0 and 1, of which the one of negative terms
// ends.
func polygamma(n int, x float64) float64 {
	sign := 2*float64(n%2) - 1
	switch {
	case math.IsNaN(x) || math.IsInf(x, -1):
		return math.NaN()
	case x > 0:
		return sign * hurwitz(n, x)
	case x == math.Floor(x):
		return sign * math.Inf(1)
	}
	part := x - math.Floor(x)
	return sign*hurwitz(n, part) + hurwitz(n, 1-part) - hurwitz(n, 1-x)
}

// hurwitz is Σ n!/(x+j)^(n+1) over all j ≥ 0, for x > 0: terms to where the asymptotic
// series has full accuracy (Abramowitz and Stegun, 6.4.6 and 6.4.11).
func hurwitz(n int, x float64) float64 {
	fact := math.Gamma(float64(n) + 1)
	sum, k := 0.0, float64(n)
	for ; x < 12+k; x++ {
		sum += fact / math.Pow(x, k+1)
	}
	term := fact / math.Pow(x, k) // of the series: n!/xⁿ
	sum += term/k + term/(2*x)
	rising := fact * (k + 1) / 2 // (2j+n−1)!/(2j)! at j = 1
	power := math.Pow(x, -k-2)
	for j, b := range bernoulli {
		sum += b * rising * power
		m := 2*float64(j+1) + k
		rising *= m * (m + 1) / ((m - k + 1) * (m - k + 2))
		power /= x * x
	}
	return sum
}

// Polygamma is the order-th derivative of digamma.
func (c *Ctx) Polygamma(x *gorgonia.Node, order int) *gorgonia.Node {
	return c.Apply(&Polygamma, ir.A("order", order), x)
}
