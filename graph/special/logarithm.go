package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Xlogy returns x·log(y), 0 where x is 0 unless y is NaN.
// Shape: x and y broadcast.
// Gradient: log(y) for x, also where x is 0; 0 where both are 0.
func Xlogy(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Xlogy", x, y)
	defer c.Leave()
	return c.Xlogy(x, y)
}

// Xlog1py returns x·log(1 + y), 0 where x is 0 unless y is NaN.
// Shape: x and y broadcast.
// Gradient: log(1 + y) for x, also where x is 0.
func Xlog1py(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Xlog1py", x, y)
	defer c.Leave()
	return c.Xlog1py(x, y)
}

// Entropy returns −x·log(x): 0 at 0, −Inf below 0.
// Gradient: −log(x) − 1, which is +Inf at 0.
func Entropy(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Entropy", x)
	defer c.Leave()
	return c.Entropy(x)
}

// Logit returns log(x/(1 − x)), the inverse of the sigmoid. For eps > 0, x is first
// clamped to [eps, 1 − eps]. For eps = 0 the result is NaN outside of [0, 1].
func Logit(b *graph.Builder, x *gorgonia.Node, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.Logit", x)
	defer c.Leave()
	if eps > 0 {
		x = b.Clamp(x, eps, 1-eps)
	}
	return b.Sub(b.Log(x), b.Log1p(b.Neg(x)))
}

// LogAddExp returns log(eˣ + eʸ) without overflow.
// Shape: x and y broadcast.
// Gradient: the softmax of x and y; half for each where both are the same infinity.
func LogAddExp(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogAddExp", x, y)
	defer c.Leave()
	return c.LogAddExp(x, y)
}

// LogAddExp2 returns log₂(2ˣ + 2ʸ) without overflow.
// Shape: x and y broadcast.
func LogAddExp2(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.LogAddExp2", x, y)
	defer c.Leave()
	return b.Scale(LogAddExp(b, b.Scale(x, math.Ln2), b.Scale(y, math.Ln2)), 1/math.Ln2)
}

// LogCumSumExp returns the logarithm of the running sum of eˣ along the axis, without
// overflow.
func LogCumSumExp(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.LogCumSumExp", x)
	defer c.Leave()
	return c.LogCumSumExp(x, axis)
}

// Sinc returns sin(πx)/(πx), and 1 at 0.
// Gradient: accurate at and near 0, for every order.
func Sinc(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Sinc", x)
	defer c.Leave()
	return c.Sinc(x, 0)
}
