package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// PairwiseDistance returns the p-norm of x − y + eps along the last axis.
// Shape: x and y broadcast to [..., D]; result [...].
// Gradient: 0 where the norm is 0.
func PairwiseDistance(b *graph.Builder, x, y *gorgonia.Node, p, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.PairwiseDistance", x, y)
	defer c.Leave()
	return b.Norm(b.AddConst(b.Sub(x, y), eps), p, -1)
}

// CrossDistances returns the p-norms of the differences between each row of x and each
// row of y.
// Shape: x [..., P, D], y [..., R, D]; result [..., P, R].
// Gradient: 0 where the norm is 0.
func CrossDistances(b *graph.Builder, x, y *gorgonia.Node, p float64) *gorgonia.Node {
	c := build.Enter(b, "special.CrossDistances", x, y)
	defer c.Leave()
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
		return nil
	}
	if len(sx) < 2 || len(sy) < 2 {
		c.Refuse(mistake.Shapef("got %v and %v, want rows [..., P, D] and [..., R, D]", sx, sy))
		return nil
	}
	return b.Norm(b.Sub(b.Unsqueeze(x, len(sx)-1), b.Unsqueeze(y, len(sy)-2)), p, -1)
}

// RowDistances returns the p-norms of the differences between rows i < j of x: first
// those of row 0, then those of row 1, and so on.
// Shape: x [N, D]; result [N(N−1)/2].
// Gradient: 0 where the norm is 0.
func RowDistances(b *graph.Builder, x *gorgonia.Node, p float64) *gorgonia.Node {
	c := build.Enter(b, "special.RowDistances", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) != 2 {
		c.Refuse(mistake.Shapef("got %v, want [N, D]", s))
		return nil
	}
	if n := s[0]; n > 0 && !c.Holds(n, n) { // twice as many as the pairs
		return nil
	}
	first, second := []int{}, []int{}
	for i := range s[0] {
		for j := i + 1; j < s[0]; j++ {
			first, second = append(first, i), append(second, j)
		}
	}
	n := len(first)
	return b.Norm(b.Sub(b.Take(x, b.ConstInts(first, n)), b.Take(x, b.ConstInts(second, n))), p, 1)
}

// CosineSimilarity returns x·y/(max(‖x‖, eps)·max(‖y‖, eps)) along the axis, which is
// dropped. eps is above 0, usually 1e-8: the similarity with a zero vector is 0.
// Shape: x and y broadcast; the axis is dropped.
// Errors: ErrOption for an eps that is not above 0.
func CosineSimilarity(b *graph.Builder, x, y *gorgonia.Node, axis int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.CosineSimilarity", x, y)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	nx := b.Clamp(b.Norm(x, 2, axis), eps, math.Inf(1))
	ny := b.Clamp(b.Norm(y, 2, axis), eps, math.Inf(1))
	return b.Div(b.Sum(b.Mul(x, y), axis), b.Mul(nx, ny))
}

// Renorm scales each slice of x along the axis so that its p-norm is at most limit.
// Shape: that of x.
// Errors: ErrOption for a negative limit.
func Renorm(b *graph.Builder, x *gorgonia.Node, p float64, axis int, limit float64) *gorgonia.Node {
	c := build.Enter(b, "special.Renorm", x)
	defer c.Leave()
	if !c.Checks().AtLeast("limit", limit, 0).OK() {
		return nil
	}
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	var axes []int
	for i := range c.Shape(x) {
		if i != k {
			axes = append(axes, i)
		}
	}
	n := c.Norm(x, p, axes, true)
	if len(axes) == 0 {
		n = b.Abs(x)
	}
	factor := b.Where(c.GtConst(n, limit), b.Scale(b.Reciprocal(b.AddConst(n, 1e-7)), limit), c.Fill(n, 1))
	return b.Mul(x, factor)
}
