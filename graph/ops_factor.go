package graph

import "gorgonia.org/gorgonia"

// Inverse is the inverse of square matrices [..., n, n]. A run fails on a
// singular one, as those of Solve and TriangularSolve do.
func (b *Builder) Inverse(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Inverse", x).Leave()
	return b.c.Inverse(x)
}

// Det is the determinant of square matrices x: [..., n, n]; result [...]. Its
// gradient needs an inverse where n > 6.
func (b *Builder) Det(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Det", x).Leave()
	return b.c.Det(x)
}

// SlogDet is the sign of the determinant and the logarithm of its absolute
// value: x: [..., n, n]; results [...]. The logarithm does not overflow.
func (b *Builder) SlogDet(x *gorgonia.Node) (sign, logAbs *gorgonia.Node) {
	defer b.c.Enter("graph.SlogDet", x).Leave()
	return b.c.Sign(b.c.Det(x)), b.c.LogAbsDet(x)
}

// Solve is the y with x·y = r: x: [..., n, n], r: [..., n, k]; leading axes
// broadcast.
func (b *Builder) Solve(x, r *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Solve", x, r).Leave()
	return b.c.Solve(x, r)
}

// TriangularSolve is Solve with the lower triangle of x, or the upper one.
func (b *Builder) TriangularSolve(x, r *gorgonia.Node, upper bool) *gorgonia.Node {
	defer b.c.Enter("graph.TriangularSolve", x, r).Leave()
	if upper {
		return b.c.Solve(b.c.Triu(x, 0), r)
	}
	return b.c.Solve(b.c.Tril(x, 0), r)
}

// Cholesky is the lower triangular y with y·yᵀ = x for symmetric positive
// definite matrices [..., n, n], of which the lower triangle is read. A run fails
// on others.
func (b *Builder) Cholesky(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Cholesky", x).Leave()
	return b.c.Cholesky(x)
}
