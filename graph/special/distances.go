package special

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// PairwiseDistance returns the p-norm of x − y + eps over the last axis, broadcast. Its
// gradient where the norm is 0 is 0.
func PairwiseDistance(b *graph.Builder, x, y *gorgonia.Node, p, eps float64) *gorgonia.Node {
	c := build.Enter(b, "special.PairwiseDistance", x, y)
	defer c.Leave()
	return b.Norm(b.AddConst(b.Sub(x, y), eps), p, -1)
}

// CrossDistances are the p-norms of the differences of all rows of x: [..., P, D]
// and y: [..., R, D]: [..., P, R].
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

// RowDistances are the p-norms of the differences of the rows i < j of x: [N, D]:
// [N(N−1)/2], those of the first row first.
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

// Renorm scales each part of x at one place of the axis so that its p-norm is at
// most limit ≥ 0.
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
