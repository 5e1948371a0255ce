package special

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Lgamma returns log|Γ(x)|, the logarithm of the gamma function.
// Gradient: Digamma(x).
func Lgamma(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Lgamma", x)
	defer c.Leave()
	return c.Lgamma(x)
}

// Digamma returns the digamma function ψ(x), the derivative of Lgamma.
// Gradient: Polygamma(x, 1).
func Digamma(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.Digamma", x)
	defer c.Leave()
	return c.Digamma(x)
}

// Polygamma returns the derivative of the given order of the digamma function. The order
// is 1 to 170: a larger one needs a factorial beyond float64.
// Gradient: Polygamma(x, order+1).
// Errors: ErrOption for another order.
func Polygamma(b *graph.Builder, x *gorgonia.Node, order int) *gorgonia.Node {
	c := build.Enter(b, "special.Polygamma", x)
	defer c.Leave()
	return c.Polygamma(x, order)
}

// MultivariateLgamma returns the logarithm of the multivariate gamma function,
// p(p−1)/4·log π + Σ log Γ(x − j/2) over j = 0 ... p−1. It is defined for x > (p−1)/2.
// Errors: ErrOption for p < 1.
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
