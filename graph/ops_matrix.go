package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// This file publishes functions of matrices: x: [..., m, n] with leading axes of
// any extents.

// Identity is the constant identity matrix [n, n].
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

// Inner is the product over the last axes of both: x: [..., K], y: [..., K],
// result x's other axes and then y's. Scalars multiply.
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

// TensorDot is the product of x and y summed over the axes ax[i] of x and ay[i] of
// y together: x's other axes and then y's.
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
