package linalg

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MultiDot returns the product of matrices, multiplied from left to right. The first and
// the last operand may be vectors.
// Shape: [K0, K1], [K1, K2], ...; result [K0, Kn].
// Errors: ErrOption if there are no operands.
func MultiDot(b *graph.Builder, xs ...*gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.MultiDot", xs...)
	defer c.Leave()
	if len(xs) == 0 {
		c.Refuse(mistake.Optionf("got no operands, want at least one"))
		return nil
	}
	y := xs[0]
	if c.Shape(y); c.Err != nil {
		return nil
	}
	for _, x := range xs[1:] {
		y = b.MatMul(y, x)
	}
	return y
}

// Kron returns the Kronecker product: each element of x times all of y.
// Shape: the extents of x and y are multiplied, axis by axis from the last.
func Kron(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Kron", x, y)
	defer c.Leave()
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
		return nil
	}
	n := max(len(sx), len(sy))
	full := func(s []int) []int { return append(slices.Repeat([]int{1}, n-len(s)), s...) }
	var ax, ay, out []int
	fx, fy := full(sx), full(sy)
	for i := range n {
		ax, ay, out = append(ax, fx[i], 1), append(ay, 1, fy[i]), append(out, fx[i]*fy[i])
	}
	return b.Reshape(b.Mul(b.Reshape(x, ax...), b.Reshape(y, ay...)), out...)
}

// Cross returns the cross product of vectors of three elements along the axis.
// Shape: x and y broadcast; the axis has the extent 3.
func Cross(b *graph.Builder, x, y *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "linalg.Cross", x, y)
	defer c.Leave()
	x, y = c.Together(x, y)
	k, n, ok := c.Extent(x, axis, 0)
	if !ok {
		return nil
	}
	if n != 3 {
		c.Refuse(mistake.Shapef("axis %d: got the extent %d, want 3", axis, n))
		return nil
	}
	turned := func(z *gorgonia.Node, by int) *gorgonia.Node { return b.Roll(z, by, k) }
	return b.Sub(b.Mul(turned(x, -1), turned(y, -2)), b.Mul(turned(x, -2), turned(y, -1)))
}
