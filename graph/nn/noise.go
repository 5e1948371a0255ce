package nn

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// GaussianNoise returns x + std·ε with standard normal numbers ε, which keeps a network
// from learning examples by heart (Bishop 1995). The result has the shape of x. Outside
// of training it returns x itself. It draws as Dropout does: anew in every run.
//
// Errors: ErrOption for a negative std.
func GaussianNoise(b *graph.Builder, x *gorgonia.Node, std float64) *gorgonia.Node {
	c := build.Enter(b, "nn.GaussianNoise", x)
	defer c.Leave()
	s := c.Shape(x)
	if !c.Checks().AtLeast("std", std, 0).OK() {
		return nil
	}
	if !draws(c, std) {
		return x
	}
	return b.Add(x, b.Scale(b.Normal(s...), std))
}

// GaussianDropout returns x·(1 + σ·ε) with standard normal numbers ε and σ² =
// rate/(1−rate): the mean and the variance of Dropout's mask (Srivastava et al. 2014,
// section 10). The result has the shape of x. Outside of training it returns x itself. It
// draws as Dropout does: anew in every run.
//
// Errors: ErrOption for a rate outside of [0, 1).
func GaussianDropout(b *graph.Builder, x *gorgonia.Node, rate float64) *gorgonia.Node {
	c := build.Enter(b, "nn.GaussianDropout", x)
	defer c.Leave()
	s := c.Shape(x)
	if !isRate(c, rate) {
		return nil
	}
	if !draws(c, rate) {
		return x
	}
	return b.Mul(x, b.AddConst(b.Scale(b.Normal(s...), math.Sqrt(rate/(1-rate))), 1))
}
