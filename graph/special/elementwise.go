package special

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Erfc is 1 − Erf, accurate for large x.
func Erfc(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Erfc", x)
	defer c.Leave()
	return c.Erfc(x)
}

// Lgamma is log|Γ(x)|.
func Lgamma(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Lgamma", x)
	defer c.Leave()
	return c.Lgamma(x)
}

// Digamma is the derivative of Lgamma.
func Digamma(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Digamma", x)
	defer c.Leave()
	return c.Digamma(x)
}

// Polygamma is the order-th derivative of Digamma, 1 ≤ order ≤ 170: the factorial of
// a larger one is beyond float64.
func Polygamma(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.Polygamma", x)
	defer c.Leave()
	return c.Polygamma(x, order)
}

// Xlogy is x·log y, broadcast, 0 where x is 0 unless y is NaN; its derivative by x is
// log y there too, but 0 where both are 0.
func Xlogy(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Xlogy", x, y)
	defer c.Leave()
	return c.Xlogy(x, y)
}
