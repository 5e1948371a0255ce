package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Erfc returns the complementary error function 1 − erf(x), accurate for large x.
// Gradient: −2/√π·e^(−x²).
func Erfc(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfc", x)
	defer c.Leave()
	return c.Erfc(x)
}

// Erfinv returns the inverse of the error function: ±Inf at ±1, NaN outside of [−1, 1].
func Erfinv(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfinv", x)
	defer c.Leave()
	return c.Erfinv(x)
}

// Erfcx returns e^(x²)·erfc(x), which neither overflows nor vanishes for large x.
func Erfcx(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfcx", x)
	defer c.Leave()
	return c.Erfcx(x)
}

// NormalCDF returns Φ(x), the distribution function of the standard normal distribution,
// accurate for large negative x.
// Gradient: the normal density.
func NormalCDF(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.NormalCDF", x)
	defer c.Leave()
	return b.Scale(Erfc(b, b.Scale(x, -math.Sqrt2/2)), 0.5)
}

// LogNormalCDF returns log Φ(x), accurate for any finite x.
func LogNormalCDF(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogNormalCDF", x)
	defer c.Leave()
	low := b.Less(x, b.Scalar(-1))
	below, above := b.Where(low, x, c.Fill(x, -1)), b.Where(low, c.Fill(x, 0), x)
	far := b.Sub(b.Log(b.Scale(Erfcx(b, b.Scale(below, -math.Sqrt2/2)), 0.5)), b.Scale(b.Square(below), 0.5))
	near := b.Log1p(b.Scale(Erfc(b, b.Scale(above, math.Sqrt2/2)), -0.5))
	return b.Where(low, far, near)
}

// NormalQuantile returns the inverse of NormalCDF: −Inf at 0, +Inf at 1, NaN outside of
// [0, 1].
func NormalQuantile(b *graph.Builder, p *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.NormalQuantile", p)
	defer c.Leave()
	return c.NormalQuantile(p)
}
