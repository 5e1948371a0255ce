package graph

import "gorgonia.org/gorgonia"

// Einsum is the sum of products that the equation says, as NumPy's einsum:
// "ij,jk->ik" is a matrix product, "ii->i" a diagonal, "...ij->...ji" a
// transpose. Without "->" the result has the labels that occur once, sorted.
// Equal labels have equal extents; axes under an ellipsis broadcast. Operands
// are multiplied from the left, each product as a batched matrix product.
func (b *Builder) Einsum(equation string, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Einsum", xs...).Leave()
	return b.c.Einsum(equation, xs...)
}

// Outer is the matrix x·yᵀ of two vectors.
func (b *Builder) Outer(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Outer", x, y).Leave()
	return b.c.Outer(x, y)
}

// Diagonal is the diagonal of the axes i and j as a last axis.
func (b *Builder) Diagonal(x *gorgonia.Node, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.Diagonal", x).Leave()
	return b.c.Diagonal(x, i, j)
}

// Diag is the matrix with the vector v on its diagonal.
func (b *Builder) Diag(v *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Diag", v).Leave()
	return b.c.Diag(v)
}

// Trace is the sum of the diagonal of the last two axes.
func (b *Builder) Trace(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Trace", x).Leave()
	return b.c.Trace(x)
}

// Tril keeps the elements on and below the k-th diagonal of the last two axes,
// k > 0 being above the main one; the others become 0.
func (b *Builder) Tril(x *gorgonia.Node, k int) *gorgonia.Node {
	defer b.c.Enter("graph.Tril", x).Leave()
	return b.c.Tril(x, k)
}

// Triu keeps the elements on and above the k-th diagonal.
func (b *Builder) Triu(x *gorgonia.Node, k int) *gorgonia.Node {
	defer b.c.Enter("graph.Triu", x).Leave()
	return b.c.Triu(x, k)
}
