package linalg

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// Inverse is the inverse of square matrices [..., n, n]. A run fails on a
// singular one, as those of Solve and TriangularSolve do.
func Inverse(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Inverse", x)
	defer c.Leave()
	return c.Inverse(x)
}

// Det is the determinant of square matrices x: [..., n, n]; result [...]. Its
// gradient needs an inverse where n > 6.
func Det(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Det", x)
	defer c.Leave()
	return c.Det(x)
}

// SlogDet is the sign of the determinant and the logarithm of its absolute
// value: x: [..., n, n]; results [...]. The logarithm does not overflow.
func SlogDet(b *graph.Builder, x *gorgonia.Node) (sign, logAbs *gorgonia.Node) {
	c := build.Enter(b, "linalg.SlogDet", x)
	defer c.Leave()
	return c.Sign(c.Det(x)), c.LogAbsDet(x)
}

// Solve is the y with x·y = r: x: [..., n, n], r: [..., n, k]; leading axes
// broadcast.
func Solve(b *graph.Builder, x, r *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Solve", x, r)
	defer c.Leave()
	return c.Solve(x, r)
}

// TriangularSolve is Solve with the lower triangle of x, or the upper one.
func TriangularSolve(b *graph.Builder, x, r *gorgonia.Node, upper bool) *gorgonia.Node {
	c := build.Enter(b, "linalg.TriangularSolve", x, r)
	defer c.Leave()
	if upper {
		return c.Solve(c.Triu(x, 0), r)
	}
	return c.Solve(c.Tril(x, 0), r)
}

// Cholesky is the lower triangular y with y·yᵀ = x for symmetric positive
// definite matrices [..., n, n], of which the lower triangle is read. A run fails
// on others.
func Cholesky(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "linalg.Cholesky", x)
	defer c.Leave()
	return c.Cholesky(x)
}
