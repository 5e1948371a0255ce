package graph

import (
	"gorgonia.org/gorgonia"
)

// Identity returns the constant identity matrix.
// Shape: [n, n].
func (b *Builder) Identity(n int) *gorgonia.Node {
	defer b.c.Enter("graph.Identity").Leave()
	if !b.c.Holds(n, n) {
		return nil
	}
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	return b.Const(v, n, n)
}

// Diagonal returns the diagonal of the axes i and j, which have equal extents, as a new
// last axis.
// Shape: x [A, N, N], axes 1 and 2; result [A, N].
func (b *Builder) Diagonal(x *gorgonia.Node, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.Diagonal", x).Leave()
	return b.c.Diagonal(x, i, j)
}

// Diag returns the matrix with the vector v on its diagonal and 0 elsewhere.
// Shape: v [N]; result [N, N].
func (b *Builder) Diag(v *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Diag", v).Leave()
	return b.c.Diag(v)
}

// Trace returns the sum of the diagonal of the last two axes.
// Shape: x [..., N, N]; result [...].
func (b *Builder) Trace(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Trace", x).Leave()
	return b.c.Trace(x)
}

// Tril returns x with 0 above diagonal k of the last two axes. The main diagonal is
// k = 0; positive k are above it.
// Shape: that of x.
func (b *Builder) Tril(x *gorgonia.Node, k int) *gorgonia.Node {
	defer b.c.Enter("graph.Tril", x).Leave()
	return b.c.Tril(x, k)
}

// Triu returns x with 0 below diagonal k of the last two axes. The main diagonal is
// k = 0; positive k are above it.
// Shape: that of x.
func (b *Builder) Triu(x *gorgonia.Node, k int) *gorgonia.Node {
	defer b.c.Enter("graph.Triu", x).Leave()
	return b.c.Triu(x, k)
}
