package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// This file publishes special functions of one element.

// Erfinv is the inverse of Erf: ±Inf at ±1, NaN beyond.
func (b *Builder) Erfinv(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Erfinv", x).Leave()
	return b.c.Erfinv(x)
}

// Erfcx is e^(x²)·Erfc(x), which neither overflows nor vanishes for large x.
func (b *Builder) Erfcx(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Erfcx", x).Leave()
	return b.c.Erfcx(x)
}

// NormalCDF is the normal distribution Φ(x), accurate for large negative x.
func (b *Builder) NormalCDF(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.NormalCDF", x).Leave()
	return b.Scale(b.Erfc(b.Scale(x, -math.Sqrt2/2)), 0.5)
}

// LogNormalCDF is log Φ(x), for any finite x.
func (b *Builder) LogNormalCDF(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogNormalCDF", x).Leave()
	low := b.Less(x, b.Scalar(-1))
	below, above := b.Where(low, x, b.c.Fill(x, -1)), b.Where(low, b.c.Fill(x, 0), x)
	far := b.Sub(b.Log(b.Scale(b.Erfcx(b.Scale(below, -math.Sqrt2/2)), 0.5)), b.Scale(b.Square(below), 0.5))
	near := b.Log1p(b.Scale(b.Erfc(b.Scale(above, math.Sqrt2/2)), -0.5))
	return b.Where(low, far, near)
}

// NormalQuantile is the inverse of NormalCDF: ∓Inf at 0 and 1, NaN outside.
func (b *Builder) NormalQuantile(p *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.NormalQuantile", p).Leave()
	return b.c.NormalQuantile(p)
}

// BesselI is the modified Bessel function of the first kind Iₙ(x) of the order
// n ≥ 0.
func (b *Builder) BesselI(x *gorgonia.Node, order int) *gorgonia.Node {
	defer b.c.Enter("graph.BesselI", x).Leave()
	return b.c.BesselI(x, order, false)
}

// BesselIScaled is BesselI times e^(−|x|), which does not overflow.
func (b *Builder) BesselIScaled(x *gorgonia.Node, order int) *gorgonia.Node {
	defer b.c.Enter("graph.BesselIScaled", x).Leave()
	return b.c.BesselI(x, order, true)
}

// MultivariateLgamma is log Γ_p(x) = p(p−1)/4·log π + Σ_{j<p} log Γ(x − j/2), for
// p ≥ 1 and x > (p−1)/2.
func (b *Builder) MultivariateLgamma(x *gorgonia.Node, p int) *gorgonia.Node {
	defer b.c.Enter("graph.MultivariateLgamma", x).Leave()
	if p < 1 {
		b.c.Refuse(mistake.Optionf("got the dimension %d, want at least 1", p))
		return nil
	}
	if !b.c.Holds(p) || !b.c.Holds(append(slices.Clone(b.Shape(x)), p)...) {
		return nil
	}
	halves := make([]float64, p)
	for j := range halves {
		halves[j] = float64(j) / 2
	}
	each := b.Lgamma(b.Sub(b.Unsqueeze(x, -1), b.Const(halves, p)))
	return b.AddConst(b.Sum(each, -1), float64(p)*float64(p-1)/4*math.Log(math.Pi))
}

// Sinc is sin(πx)/(πx), 1 at 0, with all of its derivatives, there and near 0 too.
func (b *Builder) Sinc(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Sinc", x).Leave()
	return b.c.Sinc(x, 0)
}

// Logit is log(x/(1 − x)), the inverse of Sigmoid, with x held to [eps, 1 − eps];
// eps = 0 holds nothing: NaN outside of [0, 1].
func (b *Builder) Logit(x *gorgonia.Node, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.Logit", x).Leave()
	if eps > 0 {
		x = b.Clamp(x, eps, 1-eps)
	}
	return b.Sub(b.Log(x), b.Log1p(b.Neg(x)))
}

// Entropy is −x·log x, 0 at 0, where its derivative is +Inf, and -Inf below.
func (b *Builder) Entropy(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Entropy", x).Leave()
	return b.c.Entropy(x)
}

// Xlog1py is x·log(1 + y), broadcast, 0 where x is 0 unless y is NaN; its derivative
// by x is log(1 + y) there too.
func (b *Builder) Xlog1py(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Xlog1py", x, y).Leave()
	return b.c.Xlog1py(x, y)
}

// LogAddExp is log(eˣ + eʸ), broadcast, without overflow. Where x and y are one
// infinity, so is the result, and each gets half of the gradient.
func (b *Builder) LogAddExp(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogAddExp", x, y).Leave()
	return b.c.LogAddExp(x, y)
}

// LogAddExp2 is log₂(2ˣ + 2ʸ), broadcast.
func (b *Builder) LogAddExp2(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.LogAddExp2", x, y).Leave()
	return b.Scale(b.LogAddExp(b.Scale(x, math.Ln2), b.Scale(y, math.Ln2)), 1/math.Ln2)
}
