package special

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Erfinv is the inverse of Erf: ±Inf at ±1, NaN beyond.
func Erfinv(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfinv", x)
	defer c.Leave()
	return c.Erfinv(x)
}

// Erfcx is e^(x²)·Erfc(x), which neither overflows nor vanishes for large x.
func Erfcx(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfcx", x)
	defer c.Leave()
	return c.Erfcx(x)
}

// NormalCDF is the normal distribution Φ(x), accurate for large negative x.
func NormalCDF(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.NormalCDF", x)
	defer c.Leave()
	return b.Scale(Erfc(b, b.Scale(x, -math.Sqrt2/2)), 0.5)
}

// LogNormalCDF is log Φ(x), for any finite x.
func LogNormalCDF(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogNormalCDF", x)
	defer c.Leave()
	low := b.Less(x, b.Scalar(-1))
	below, above := b.Where(low, x, c.Fill(x, -1)), b.Where(low, c.Fill(x, 0), x)
	far := b.Sub(b.Log(b.Scale(Erfcx(b, b.Scale(below, -math.Sqrt2/2)), 0.5)), b.Scale(b.Square(below), 0.5))
	near := b.Log1p(b.Scale(Erfc(b, b.Scale(above, math.Sqrt2/2)), -0.5))
	return b.Where(low, far, near)
}

// NormalQuantile is the inverse of NormalCDF: ∓Inf at 0 and 1, NaN outside.
func NormalQuantile(b *graph.Builder, p *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.NormalQuantile", p)
	defer c.Leave()
	return c.NormalQuantile(p)
}

// BesselI is the modified Bessel function of the first kind Iₙ(x) of the order
// n ≥ 0.
func BesselI(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.BesselI", x)
	defer c.Leave()
	return c.BesselI(x, order, false)
}

// BesselIScaled is BesselI times e^(−|x|), which does not overflow.
func BesselIScaled(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.BesselIScaled", x)
	defer c.Leave()
	return c.BesselI(x, order, true)
}

// MultivariateLgamma is log Γ_p(x) = p(p−1)/4·log π + Σ_{j<p} log Γ(x − j/2), for
// p ≥ 1 and x > (p−1)/2.
func MultivariateLgamma(b *graph.Builder, x *gorgonia.Node, p int) *gorgonia.Node {
	c := build.Enter(b, "special.MultivariateLgamma", x)
	defer c.Leave()
	if p < 1 {
		c.Refuse(mistake.Optionf("got the dimension %d, want at least 1", p))
		return nil
	}
	if !c.Holds(p) || !c.Holds(append(slices.Clone(b.Shape(x)), p)...) {
		return nil
	}
	halves := make([]float64, p)
	for j := range halves {
		halves[j] = float64(j) / 2
	}
	each := Lgamma(b, b.Sub(b.Unsqueeze(x, -1), b.Const(halves, p)))
	return b.AddConst(b.Sum(each, -1), float64(p)*float64(p-1)/4*math.Log(math.Pi))
}

// Sinc is sin(πx)/(πx), 1 at 0, with all of its derivatives, there and near 0 too.
func Sinc(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Sinc", x)
	defer c.Leave()
	return c.Sinc(x, 0)
}

// Logit is log(x/(1 − x)), the inverse of Sigmoid, with x held to [eps, 1 − eps];
// eps = 0 holds nothing: NaN outside of [0, 1].
func Logit(b *graph.Builder, x *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.Logit", x)
	defer c.Leave()
	if eps > 0 {
		x = b.Clamp(x, eps, 1-eps)
	}
	return b.Sub(b.Log(x), b.Log1p(b.Neg(x)))
}

// Entropy is −x·log x, 0 at 0, where its derivative is +Inf, and -Inf below.
func Entropy(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Entropy", x)
	defer c.Leave()
	return c.Entropy(x)
}

// Xlog1py is x·log(1 + y), broadcast, 0 where x is 0 unless y is NaN; its derivative
// by x is log(1 + y) there too.
func Xlog1py(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Xlog1py", x, y)
	defer c.Leave()
	return c.Xlog1py(x, y)
}

// LogAddExp is log(eˣ + eʸ), broadcast, without overflow. Where x and y are one
// infinity, so is the result, and each gets half of the gradient.
func LogAddExp(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogAddExp", x, y)
	defer c.Leave()
	return c.LogAddExp(x, y)
}

// LogAddExp2 is log₂(2ˣ + 2ʸ), broadcast.
func LogAddExp2(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogAddExp2", x, y)
	defer c.Leave()
	return b.Scale(LogAddExp(b, b.Scale(x, math.Ln2), b.Scale(y, math.Ln2)), 1/math.Ln2)
}
