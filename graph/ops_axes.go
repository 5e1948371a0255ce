package graph

import (
	"math"
	"math/bits"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file publishes more ways to arrange axes and elements.

// MoveAxes puts the axes from[i] at the places to[i]; the others keep their order.
func (b *Builder) MoveAxes(x *gorgonia.Node, from, to []int) *gorgonia.Node {
	defer b.c.Enter("graph.MoveAxes", x).Leave()
	n := len(b.c.Shape(x))
	if b.c.Err != nil {
		return nil
	}
	if len(from) != len(to) {
		b.c.Refuse(mistake.Shapef("got the axes %v to the places %v, want as many", from, to))
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

// Flatten joins the axes from first to last, negative ones counted from the end.
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
		b.c.Refuse(mistake.Shapef("got the axes %d to %d, want them in order", first, last))
		return nil
	}
	return b.Reshape(x, slices.Concat([]int(s[:lo]), []int{s[lo : hi+1].Size()}, []int(s[hi+1:]))...)
}

// Unflatten splits an axis into axes of the extents, one of which may be -1.
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
		b.c.Refuse(mistake.Shapef("got the extents %v for axis %d of %v, want such with the product %d", extents, axis, s, s[k]))
		return nil
	}
	return b.Reshape(x, slices.Concat([]int(s[:k]), extents, []int(s[k+1:]))...)
}

// Rot90 turns the plane of two axes by so many quarter turns, from the first axis
// towards the second.
func (b *Builder) Rot90(x *gorgonia.Node, turns, from, to int) *gorgonia.Node {
	defer b.c.Enter("graph.Rot90", x).Leave()
	if b.c.Shape(x); b.c.Err != nil {
		return nil
	}
	for range ((turns % 4) + 4) % 4 {
		x = b.SwapAxes(b.Flip(x, to), from, to)
	}
	return x
}

// Windows are the pieces of an axis of size places, step apart: their places are a
// new last axis, and the axis counts them.
func (b *Builder) Windows(x *gorgonia.Node, axis, size, step int) *gorgonia.Node {
	defer b.c.Enter("graph.Windows", x).Leave()
	k, n, ok := b.c.Extent(x, axis, size)
	if !ok {
		return nil
	}
	if size < 1 || step < 1 {
		b.c.Refuse(mistake.Shapef("got windows of %d places %d apart, want at least 1", size, step))
		return nil
	}
	count := (n-size)/step + 1
	if !b.c.Holds(count, size) {
		return nil
	}
	index := make([]int, 0, count*size)
	for j := range count {
		for i := range size {
			index = append(index, j*step+i)
		}
	}
	y := b.Unflatten(b.IndexSelect(x, b.ConstInts(index, len(index)), k), k, count, size)
	return b.MoveAxes(y, []int{k + 1}, []int{-1})
}

// Strided is the array of the shape whose element (i, j, ...) is element offset +
// i·strides[0] + j·strides[1] + ... of x read in order. Gradients of elements that
// are read twice add up.
func (b *Builder) Strided(x *gorgonia.Node, shape, strides []int, offset int) *gorgonia.Node {
	defer b.c.Enter("graph.Strided", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(strides) != len(shape) {
		b.c.Refuse(mistake.Shapef("got the shape %v and the strides %v, want a stride for each axis", shape, strides))
		return nil
	}
	if !b.c.Holds(shape...) {
		return nil
	}
	if !reaches(s.Size(), shape, strides, offset) {
		b.c.Refuse(mistake.Shapef("got the shape %v, the strides %v and the offset %d, which reach beyond the %d elements", shape, strides, offset, s.Size()))
		return nil
	}
	index := []int{offset}
	if slices.Contains(shape, 0) {
		index = nil
	}
	for i, d := range shape {
		next := make([]int, 0, len(index)*d)
		for _, at := range index {
			for j := range d {
				next = append(next, at+j*strides[i])
			}
		}
		index = next
	}
	return b.Take(b.Reshape(x, s.Size()), b.ConstInts(index, shape...))
}

// reaches says whether offset + i·strides[0] + j·strides[1] + ... is one of n elements
// for all places of the shape.
func reaches(n int, shape, strides []int, offset int) bool {
	if slices.Contains(shape, 0) {
		return true
	}
	if offset < 0 || offset >= n {
		return false
	}
	lo, hi := offset, offset
	for i, d := range shape {
		size := uint(strides[i])
		if strides[i] < 0 {
			size = -size
		}
		switch {
		case d == 1 || size == 0:
		case uint(d-1) > uint(n-1)/size: // no element is so far from another one
			return false
		case strides[i] < 0:
			lo -= (d - 1) * int(size)
		default:
			hi += (d - 1) * int(size)
		}
		if lo < 0 || hi >= n {
			return false
		}
	}
	return true
}

// Meshgrid are the vectors xs broadcast against each other: the i-th along axis i
// of [len(xs[0]), len(xs[1]), ...].
func (b *Builder) Meshgrid(xs ...*gorgonia.Node) []*gorgonia.Node {
	defer b.c.Enter("graph.Meshgrid", xs...).Leave()
	var shape []int
	for _, x := range xs {
		shape = append(shape, b.c.Shape(x).Size())
	}
	out := make([]*gorgonia.Node, len(xs))
	for i, x := range xs {
		each := slices.Repeat([]int{1}, len(xs))
		each[i] = shape[i]
		out[i] = b.Broadcast(b.Reshape(x, each...), shape...)
	}
	return out
}

// CartesianProduct are all choices of one element of each vector, [Π lengths,
// len(xs)], the last vector changing fastest.
func (b *Builder) CartesianProduct(xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.CartesianProduct", xs...).Leave()
	grid := b.Meshgrid(xs...)
	if b.c.Err != nil {
		return nil
	}
	for i, x := range grid {
		grid[i] = b.Reshape(x, b.c.Shape(x).Size())
	}
	return b.Stack(1, grid...)
}

// Combinations are all choices of r places of the vector x in rising order, [.., r];
// with repeats, places may be chosen again.
func (b *Builder) Combinations(x *gorgonia.Node, r int, repeats bool) *gorgonia.Node {
	defer b.c.Enter("graph.Combinations", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) != 1 || r < 0 {
		b.c.Refuse(mistake.Shapef("got %v and %d of it, want a vector and at least 0", s, r))
		return nil
	}
	count := choices(s[0], r, repeats)
	if !b.c.Holds(count, r) {
		return nil
	}
	rise := 1 // from one place of a choice to the next, at least
	if repeats {
		rise = 0
	}
	index := make([]int, 0, count*r)
	for c := range count {
		var last []int // the choice before
		i, next := 0, 0
		if c > 0 {
			last = index[len(index)-r:]
			for i = r - 1; last[i] == s[0]-1-(r-1-i)*rise; i-- { // it cannot rise any more
			}
			next = last[i] + 1
		}
		index = append(index, last[:i]...)
		for k := range r - i {
			index = append(index, next+k*rise)
		}
	}
	return b.Take(x, b.ConstInts(index, count, r))
}

// choices is how many choices of r of n places there are, math.MaxInt if that is more
// than an int holds.
func choices(n, r int, repeats bool) int {
	if repeats && n > 0 && r > 0 {
		if r > math.MaxInt-n {
			return math.MaxInt
		}
		n += r - 1
	}
	if r > n {
		return 0
	}
	r = min(r, n-r)
	count := uint64(1)
	for i := range r { // C(n−r+i+1, i+1): each is an integer
		hi, lo := bits.Mul64(count, uint64(n-r+i+1))
		if hi >= uint64(i+1) {
			return math.MaxInt
		}
		if count, _ = bits.Div64(hi, lo, uint64(i+1)); count > math.MaxInt {
			return math.MaxInt
		}
	}
	return int(count)
}

// BlockDiagonal puts matrices along a diagonal, with 0 elsewhere; vectors are rows
// and scalars matrices of one element.
func (b *Builder) BlockDiagonal(xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.BlockDiagonal", xs...).Leave()
	cols := 0
	ms := make([]*gorgonia.Node, len(xs))
	for i, x := range xs {
		s := b.c.Shape(x)
		if b.c.Err != nil {
			return nil
		}
		if len(s) > 2 {
			b.c.Refuse(mistake.Shapef("got %v, want a matrix, a vector or a scalar", s))
			return nil
		}
		ms[i] = b.Reshape(x, slices.Concat(slices.Repeat([]int{1}, 2-len(s)), []int(s))...)
		if b.c.Err != nil {
			return nil
		}
		cols += b.c.Shape(ms[i])[1]
	}
	rows := make([]*gorgonia.Node, len(ms))
	at := 0
	for i, m := range ms {
		s := b.c.Shape(m)
		if b.c.Err != nil {
			return nil
		}
		n := s[1]
		rows[i] = b.Pad(m, []int{at}, []int{cols - at - n}, PadZeros)
		at += n
	}
	return b.Concat(0, rows...)
}

// OffDiagonal is the diagonal of the axes i and j, k places above the main one, as
// a last axis.
func (b *Builder) OffDiagonal(x *gorgonia.Node, k, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.OffDiagonal", x).Leave()
	p, okp := b.c.Axis(x, i)
	q, okq := b.c.Axis(x, j)
	if !okp || !okq {
		return nil
	}
	s := b.c.Shape(x)
	k = max(-s[p], min(s[q], k))
	row, col := max(0, -k), max(0, k)
	n := min(s[p]-row, s[q]-col)
	return b.Diagonal(b.c.Along(b.c.Along(x, p, Range(row, row+n)), q, Range(col, col+n)), p, q)
}

// DiagonalMatrices has the last axis of x: [..., n] as the diagonal, k places
// above the main one, of two new axes i and j; 0 elsewhere.
func (b *Builder) DiagonalMatrices(x *gorgonia.Node, k, i, j int) *gorgonia.Node {
	defer b.c.Enter("graph.DiagonalMatrices", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		b.c.Refuse(mistake.Shapef("got %v, want an axis", s))
		return nil
	}
	n := s[len(s)-1]
	if k < -op.MaxElements || k > op.MaxElements {
		b.c.Refuse(mistake.Shapef("got the diagonal %d, want one of a matrix", k))
		return nil
	}
	wide := b.Tril(b.Triu(b.Broadcast(b.Unsqueeze(x, len(s)-1), slices.Concat([]int(s[:len(s)-1]), []int{n, n})...), 0), 0)
	wide = b.Pad(wide, []int{max(0, -k), max(0, k)}, []int{max(0, k), max(0, -k)}, PadZeros)
	return b.MoveAxes(wide, []int{-2, -1}, []int{i, j})
}

// ChannelShuffle puts the channels of x: [N, C, ...] in an order in which those of
// the groups alternate (Zhang et al. 2018).
func (b *Builder) ChannelShuffle(x *gorgonia.Node, groups int) *gorgonia.Node {
	defer b.c.Enter("graph.ChannelShuffle", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) < 2 || groups < 1 || s[1]%groups != 0 {
		b.c.Refuse(mistake.Shapef("got %v in %d groups, want [N, C, ...] with a multiple of the groups", s, groups))
		return nil
	}
	y := b.SwapAxes(b.Unflatten(x, 1, groups, s[1]/groups), 1, 2)
	return b.Reshape(y, s...)
}
