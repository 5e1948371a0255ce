package linalg

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Covariance returns the covariance matrix of the V rows of x, each with N observations.
// A vector is one row; its result is a scalar. The weights w, one for each observation,
// may be nil. The sum of products is divided by divisor: N − 1 for the unbiased
// estimate.
// Shape: x [V, N] or [N], w [N]; result [V, V] or [].
func Covariance(b *graph.Builder, x, w *gorgonia.Node, divisor float64) *gorgonia.Node {
	c := build.Enter(b, "linalg.Covariance", x, w)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 || len(s) > 2 {
		c.Refuse(mistake.Shapef("got %v, want [V, N] or [N]", s))
		return nil
	}
	y := b.Reshape(x, append(slices.Repeat([]int{1}, 2-len(s)), s...)...)
	var z *gorgonia.Node
	if w == nil {
		y = b.Sub(y, c.Mean(y, []int{1}, true))
		z = y
	} else {
		y = b.Sub(y, b.Div(c.Sum(b.Mul(y, w), []int{1}, true), b.Sum(w)))
		z = b.Mul(y, w)
	}
	products := b.Scale(c.MatMulT(z, y, false, true), 1/divisor)
	if len(s) == 1 {
		return b.Reshape(products)
	}
	return products
}

// Correlation returns the correlation coefficients of the V rows of x: the covariance
// divided by both standard deviations, clamped to [−1, 1].
// Shape: x [V, N] or [N]; result [V, V] or [].
func Correlation(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Correlation", x)
	defer c.Leave()
	v := Covariance(b, x, nil, 1)
	s := c.Shape(v)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		return b.Div(v, v)
	}
	d := b.Sqrt(b.Diagonal(v, 0, 1))
	return b.Clamp(b.Div(b.Div(v, d), b.Unsqueeze(d, 1)), -1, 1)
}
