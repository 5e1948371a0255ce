package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// BesselI is the modified Bessel function of the first kind Iₙ(x), n being the
// attribute order ≥ 0, times e^(−|x|) with the attribute scaled. dx = d·(Iₙ₋₁ +
// Iₙ₊₁)/2, which is d·I₁ for n = 0; scaled, it has −sign x·y besides.
var BesselI Entry

func init() {
	define(&BesselI, Entry{
		Def: ir.Def{Name: "besseli", Class: ir.Elementwise, Arity: 1, Weight: weightSlow,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if n := a.Int("order"); n < 0 {
					return ir.Type{}, shapef("got the order %d, want at least 0", n)
				}
				return sameShape(in, a)
			},
			Consts: func(a ir.Attrs) []float64 {
				return []float64{float64(a.Int("order")), float64(truth(a.Bool("scaled")))}
			},
			Elem32: besselsI[float32], Elem64: besselsI[float64]},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			order, scaled := n.Attrs.Int("order"), n.Attrs.Bool("scaled")
			slope := c.BesselI(n.In[0], order+1, scaled)
			if order > 0 {
				slope = c.Scale(c.Add(slope, c.BesselI(n.In[0], order-1, scaled)), 0.5)
			}
			if scaled {
				slope = c.Sub(slope, c.Mul(c.Sign(n.In[0]), n.Out))
			}
			return []*gorgonia.Node{c.Mul(d, slope)}
		},
		Ref: func(c *ir.Call[float64]) { // the integral of e^(x·cos t)·cos nt over [0, π], over π
			const steps = 400
			order := float64(c.V.Attrs.Int("order"))
			for i, x := range c.In[0] {
				sum := (math.Exp(x) + math.Exp(-x)*math.Cos(order*math.Pi)) / 2
				for k := 1; k < steps; k++ {
					t := math.Pi * float64(k) / steps
					sum += math.Exp(x*math.Cos(t)) * math.Cos(order*t)
				}
				c.Out[i] = sum / steps
				if c.V.Attrs.Bool("scaled") {
					c.Out[i] *= math.Exp(-math.Abs(x))
				}
			}
		},
		Samples: func() []Sample {
			return append(within(-4, 4, withAttrs(ir.A("order", 0, "scaled", false), shapes(1, plain...))),
				within(0.1, 4, withAttrs(ir.A("order", 1, "scaled", true), shapes(1, plain...)))...)
		},
	})
}

func besselsI[T ir.Float](dst []T, in [][]T, k []T) {
	for i, x := range in[0] {
		dst[i] = T(besselI(float64(k[0]), float64(x), k[1] != 0))
	}
}

// besselI sums the power series, whose terms have one sign (Abramowitz and
// Stegun, 9.6.10), or the asymptotic one (9.7.1) where that is accurate.
func besselI(n, x float64, scaled bool) float64 {
	a := math.Abs(x)
	if math.IsNaN(x) {
		return x
	}
	sign := 1.0
	if x < 0 && math.Mod(n, 2) == 1 {
		sign = -1
	}
	if a > 30 && a > n*n {
		sum, term := 1.0, 1.0
		for k := 1.0; k <= 40; k++ {
			next := term * ((2*k-1)*(2*k-1) - 4*n*n) / (8 * a * k)
			if math.Abs(next) >= math.Abs(term) || next == 0 {
				break
			}
			term = next
			sum += term
		}
		y := sign * sum / math.Sqrt(2*math.Pi*a)
		if scaled {
			return y
		}
		return y * math.Exp(a/2) * math.Exp(a/2)
	}
	lg, _ := math.Lgamma(n + 1)
	term := math.Exp(n*math.Log(a/2) - lg)
	if a == 0 {
		term = float64(truth(n == 0))
	}
	sum := term
	for k := 1.0; term > sum*1e-18; k++ {
		term *= a * a / 4 / (k * (n + k))
		sum += term
	}
	if scaled {
		sum *= math.Exp(-a)
	}
	return sign * sum
}

// BesselI is the modified Bessel function of the first kind of that order,
// times e^(−|x|) if scaled.
func (c *Ctx) BesselI(x *gorgonia.Node, order int, scaled bool) *gorgonia.Node {
	return c.Apply(&BesselI, ir.A("order", order, "scaled", scaled), x)
}
