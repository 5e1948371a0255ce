package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Reshape returns the elements of x, in row-major order, in another shape. One extent
// may be −1: it is computed from the others.
// Shape: the given shape, of as many elements as x.
// Errors: ErrShape for another number of elements.
func (b *Builder) Reshape(x *gorgonia.Node, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Reshape", x).Leave()
	return b.c.Reshape(x, shape)
}

// Flatten joins the axes from first to last into one.
// Shape: x [A, B, C], axes 1 to 2; result [A, B·C].
func (b *Builder) Flatten(x *gorgonia.Node, first, last int) *gorgonia.Node {
	defer b.c.Enter("graph.Flatten", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err == nil && len(s) == 0 {
		return b.Reshape(x, 1)
	}
	lo, okl := b.c.Axis(x, first)
	hi, okh := b.c.Axis(x, last)
	if !okl || !okh {
		return nil
	}
	if lo > hi {
		b.c.Refuse(mistake.Shapef("got the axes %d to %d, want the first not after the last", first, last))
		return nil
	}
	return b.Reshape(x, slices.Concat([]int(s[:lo]), []int{s[lo : hi+1].Size()}, []int(s[hi+1:]))...)
}

// Unflatten splits an axis into axes of the given extents. One extent may be −1: it is
// computed from the others.
// Shape: x [A, B·C], axis 1; result [A, B, C].
func (b *Builder) Unflatten(x *gorgonia.Node, axis int, extents ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Unflatten", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	s := b.c.Shape(x)
	known, free := 1, -1
	extents = slices.Clone(extents)
	for i, e := range extents {
		if e == -1 && free < 0 {
			free = i
			continue
		}
		known *= e
	}
	if free >= 0 && known > 0 {
		extents[free] = s[k] / known
		known *= extents[free]
	}
	if known != s[k] {
		b.c.Refuse(mistake.Shapef("got the extents %v for axis %d, want extents with the product %d", extents, axis, s[k]))
		return nil
	}
	return b.Reshape(x, slices.Concat([]int(s[:k]), extents, []int(s[k+1:]))...)
}

// Transpose permutes the axes: axis i of the result is axis perm[i] of x. Without perm
// the order of all axes is reversed.
// Shape: the extents of x, permuted.
func (b *Builder) Transpose(x *gorgonia.Node, perm ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Transpose", x).Leave()
	return b.c.Transpose(x, perm)
}

// SwapAxes exchanges the axes i and j.
// Shape: the extents of x with two exchanged.
func (b *Builder) SwapAxes(x *gorgonia.Node, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.SwapAxes", x).Leave()
	p, ok := b.c.Axis(x, i)
	if !ok {
		return nil
	}
	q, ok := b.c.Axis(x, j)
	if !ok {
		return nil
	}
	return b.Transpose(x, op.SwapAxes(len(b.c.Shape(x)), p, q)...)
}

// MoveAxes moves the axes from[i] to the positions to[i]. The other axes keep their
// order.
// Shape: the extents of x, permuted.
func (b *Builder) MoveAxes(x *gorgonia.Node, from, to []int) *gorgonia.Node {
	defer b.c.Enter("graph.MoveAxes", x).Leave()
	n := len(b.c.Shape(x))
	if b.c.Err != nil {
		return nil
	}
	if len(from) != len(to) {
		b.c.Refuse(mistake.Shapef("got the axes %v to move to %v, want as many positions as axes", from, to))
		return nil
	}
	perm := slices.Repeat([]int{-1}, n)
	var moved []int
	for i := range from {
		f, okf := b.c.Axis(x, from[i])
		t, okt := b.c.Axis(x, to[i])
		if !okf || !okt {
			return nil
		}
		perm[t], moved = f, append(moved, f)
	}
	next := 0
	for i := range perm {
		for perm[i] < 0 && next < n {
			if !slices.Contains(moved, next) {
				perm[i] = next
			}
			next++
		}
	}
	return b.Transpose(x, perm...)
}

// Squeeze drops axes of extent 1: the given ones, or all without arguments.
// Shape: x without these axes.
// Errors: ErrShape if a given axis has another extent.
func (b *Builder) Squeeze(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Squeeze", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	drop := map[int]bool{}
	for _, a := range axes {
		k, ok := b.c.Axis(x, a)
		if !ok {
			return nil
		}
		if s[k] != 1 {
			b.c.Refuse(mistake.Shapef("axis %d: got the extent %d, want 1", a, s[k]))
			return nil
		}
		drop[k] = true
	}
	out := []int{}
	for i, d := range s {
		if !drop[i] && !(len(axes) == 0 && d == 1) {
			out = append(out, d)
		}
	}
	return b.Reshape(x, out...)
}

// Unsqueeze adds an axis of extent 1, which becomes the given axis of the result.
// Shape: x [A, B], axis 1; result [A, 1, B].
func (b *Builder) Unsqueeze(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Unsqueeze", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if axis < 0 {
		axis += len(s) + 1
	}
	if axis < 0 || axis > len(s) {
		b.c.Refuse(mistake.Shapef("axis %d: want 0 to %d, an axis of the result", axis, len(s)))
		return nil
	}
	return b.Reshape(x, slices.Insert(slices.Clone([]int(s)), axis, 1)...)
}

// Broadcast repeats x to the shape, as NumPy does.
// Shape: the given shape.
// Gradient: summed over the axes that were repeated.
func (b *Builder) Broadcast(x *gorgonia.Node, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Broadcast", x).Leave()
	return b.c.Broadcast(x, shape)
}

// Repeat repeats each element along an axis count times: a a b b.
// Shape: the extent of the axis times count.
func (b *Builder) Repeat(x *gorgonia.Node, axis, count int) *gorgonia.Node {
	defer b.c.Enter("graph.Repeat", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	return b.c.Repeat(x, k, count)
}

// Tile repeats x as a whole, counts[i] times along axis i: a b a b.
// Shape: each extent times its count.
// Errors: ErrShape unless there is one count for each axis.
func (b *Builder) Tile(x *gorgonia.Node, counts ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Tile", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(counts) != len(s) || slices.ContainsFunc(counts, func(c int) bool { return c < 0 }) {
		b.c.Refuse(mistake.Shapef("got the counts %v, want one of at least 0 for each of %d axes", counts, len(s)))
		return nil
	}
	var apart, wide, out []int // each axis with one of its copies before it
	for axis, d := range s {
		apart, wide = append(apart, 1, d), append(wide, counts[axis], d)
		if d > 0 && counts[axis] > op.MaxElements/d {
			b.c.Refuse(mistake.Shapef("got the counts %v, want at most %d elements", counts, op.MaxElements))
			return nil
		}
		out = append(out, counts[axis]*d)
	}
	return b.Reshape(b.Broadcast(b.Reshape(x, apart...), wide...), out...)
}

// Flip reverses the order along the axes.
// Shape: that of x.
func (b *Builder) Flip(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Flip", x).Leave()
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	for _, a := range axes {
		k, ok := b.c.Axis(x, a)
		if !ok {
			return nil
		}
		x = b.c.Along(x, k, Span{Start: -1, Stop: beforeFirst, Step: -1})
	}
	return x
}

// Roll shifts the elements along an axis. Elements that leave one end enter at the
// other.
// Shape: that of x.
func (b *Builder) Roll(x *gorgonia.Node, by, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Roll", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	n := b.c.Shape(x)[k]
	if n == 0 {
		return x
	}
	if by = ((by % n) + n) % n; by == 0 {
		return x
	}
	return b.Concat(k, b.c.Along(x, k, Range(n-by, n)), b.c.Along(x, k, Range(0, n-by)))
}

// Concat joins the operands along an axis.
// Shape: x [A, N1], [A, N2], ..., axis 1; result [A, N1+N2+...].
func (b *Builder) Concat(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Concat", xs...).Leave()
	return b.c.Concat(axis, xs...)
}

// Stack joins operands of one shape along a new axis.
// Shape: K operands [A, B], axis 0; result [K, A, B].
func (b *Builder) Stack(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Stack", xs...).Leave()
	return b.c.Stack(axis, xs...)
}

// Split cuts an axis into parts of the given extents.
// Shape: x [A, N1+N2], axis 1; results [A, N1], [A, N2].
// Errors: ErrShape unless the extents add up to the axis.
func (b *Builder) Split(x *gorgonia.Node, axis int, extents ...int) []*gorgonia.Node {
	defer b.c.Enter("graph.Split", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return make([]*gorgonia.Node, len(extents))
	}
	n, sum := b.c.Shape(x)[k], 0
	for _, e := range extents {
		if e >= 0 && e <= n-sum { // else the sum is not n
			sum += e
		} else {
			sum = n + 1
			break
		}
	}
	if sum != n {
		b.c.Refuse(mistake.Shapef("axis %d: got parts %v, want extents of at least 0 that add up to %d", axis, extents, n))
		return make([]*gorgonia.Node, len(extents))
	}
	out := make([]*gorgonia.Node, len(extents))
	at := 0
	for i, e := range extents {
		out[i] = b.c.Along(x, k, Range(at, at+e))
		at += e
	}
	return out
}
