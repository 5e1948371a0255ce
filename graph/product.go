package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MatMul returns the matrix product. A vector on the left is a row, one on the right a
// column; its axis is dropped from the result, as NumPy's matmul does.
// Shape: x [..., M, K], y [..., K, N]; result [..., M, N]; leading axes broadcast.
func (b *Builder) MatMul(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MatMul", x, y).Leave()
	return b.c.MatMul(x, y)
}

// Einsum returns the sum of products that the equation names, as NumPy's einsum:
// "ij,jk->ik" is a matrix product, "ii->i" a diagonal, "...ij->...ji" a transpose.
// Without "->" the result has the labels that occur once, sorted. Operands are
// multiplied from the left, each product as a batched matrix product.
// Shape: one extent for each label of the result; axes under an ellipsis broadcast.
// Errors: ErrShape for an equation that does not fit the operands.
func (b *Builder) Einsum(equation string, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Einsum", xs...).Leave()
	return b.c.Einsum(equation, xs...)
}

// TensorDot returns the product of x and y, summed over axis ax[i] of x and axis ay[i]
// of y together.
// Shape: the other axes of x, then the other axes of y.
func (b *Builder) TensorDot(x, y *gorgonia.Node, ax, ay []int) *gorgonia.Node {
	defer b.c.Enter("graph.TensorDot", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	if len(ax) != len(ay) || len(sx)+len(sy) > 50 {
		b.c.Refuse(mistake.Shapef("got the axes %v and %v, want two lists of one length", ax, ay))
		return nil
	}
	letter := func(i int) rune { return rune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[i]) }
	lx, ly := make([]rune, len(sx)), make([]rune, len(sy))
	for i := range lx {
		lx[i] = letter(i)
	}
	for i := range ly {
		ly[i] = letter(len(sx) + i)
	}
	for i := range ax {
		p, okp := b.c.Axis(x, ax[i])
		q, okq := b.c.Axis(y, ay[i])
		if !okp || !okq {
			return nil
		}
		ly[q] = lx[p]
	}
	var out []rune
	for _, l := range lx {
		if !slices.Contains(ly, l) {
			out = append(out, l)
		}
	}
	for _, l := range ly {
		if !slices.Contains(lx, l) {
			out = append(out, l)
		}
	}
	return b.Einsum(string(lx)+","+string(ly)+"->"+string(out), x, y)
}

// Inner returns the sum of products over the last axes of x and y. Scalars are
// multiplied.
// Shape: x [..., K], y [..., K]; result the other axes of x, then those of y.
func (b *Builder) Inner(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Inner", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	if len(sx) == 0 || len(sy) == 0 {
		return b.Mul(x, y)
	}
	return b.TensorDot(x, y, []int{-1}, []int{-1})
}

// Outer returns the products of all pairs of elements of two vectors.
// Shape: x [M], y [N]; result [M, N].
func (b *Builder) Outer(x, y *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Outer", x, y).Leave()
	return b.c.Outer(x, y)
}
