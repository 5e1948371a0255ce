package special

import (
	"math"
	"math/bits"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Rot90 turns the plane of two axes by so many quarter turns, from the first axis
// towards the second.
func Rot90(b *graph.Builder, x *gorgonia.Node, turns, from, to int) *gorgonia.Node {
	c := build.Enter(b, "special.Rot90", x)
	defer c.Leave()
	if c.Shape(x); c.Err != nil {
		return nil
	}
	for range ((turns % 4) + 4) % 4 {
		x = b.SwapAxes(b.Flip(x, to), from, to)
	}
	return x
}

// Windows are the pieces of an axis of size places, step apart: their places are a
// new last axis, and the axis counts them.
func Windows(b *graph.Builder, x *gorgonia.Node, axis, size, step int) *gorgonia.Node {
	c := build.Enter(b, "special.Windows", x)
	defer c.Leave()
	k, n, ok := c.Extent(x, axis, size)
	if !ok {
		return nil
	}
	if size < 1 || step < 1 {
		c.Refuse(mistake.Shapef("got windows of %d places %d apart, want at least 1", size, step))
		return nil
	}
	count := (n-size)/step + 1
	if !c.Holds(count, size) {
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
func Strided(b *graph.Builder, x *gorgonia.Node, shape, strides []int, offset int) *gorgonia.Node {
	c := build.Enter(b, "special.Strided", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(strides) != len(shape) {
		c.Refuse(mistake.Shapef("got the shape %v and the strides %v, want a stride for each axis", shape, strides))
		return nil
	}
	if !c.Holds(shape...) {
		return nil
	}
	if !reaches(s.Size(), shape, strides, offset) {
		c.Refuse(mistake.Shapef("got the shape %v, the strides %v and the offset %d, which reach beyond the %d elements", shape, strides, offset, s.Size()))
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
func Meshgrid(b *graph.Builder, xs ...*gorgonia.Node) []*gorgonia.Node {
	c := build.Enter(b, "special.Meshgrid", xs...)
	defer c.Leave()
	var shape []int
	for _, x := range xs {
		shape = append(shape, c.Shape(x).Size())
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
func CartesianProduct(b *graph.Builder, xs ...*gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.CartesianProduct", xs...)
	defer c.Leave()
	grid := Meshgrid(b, xs...)
	if c.Err != nil {
		return nil
	}
	for i, x := range grid {
		grid[i] = b.Reshape(x, c.Shape(x).Size())
	}
	return b.Stack(1, grid...)
}

// Combinations are all choices of r places of the vector x in rising order, [.., r];
// with repeats, places may be chosen again.
func Combinations(b *graph.Builder, x *gorgonia.Node, r int, repeats bool) *gorgonia.Node {
	c := build.Enter(b, "special.Combinations", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) != 1 || r < 0 {
		c.Refuse(mistake.Shapef("got %v and %d of it, want a vector and at least 0", s, r))
		return nil
	}
	count := choices(s[0], r, repeats)
	if !c.Holds(count, r) {
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
func BlockDiagonal(b *graph.Builder, xs ...*gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.BlockDiagonal", xs...)
	defer c.Leave()
	cols := 0
	ms := make([]*gorgonia.Node, len(xs))
	for i, x := range xs {
		s := c.Shape(x)
		if c.Err != nil {
			return nil
		}
		if len(s) > 2 {
			c.Refuse(mistake.Shapef("got %v, want a matrix, a vector or a scalar", s))
			return nil
		}
		ms[i] = b.Reshape(x, slices.Concat(slices.Repeat([]int{1}, 2-len(s)), []int(s))...)
		if c.Err != nil {
			return nil
		}
		cols += c.Shape(ms[i])[1]
	}
	rows := make([]*gorgonia.Node, len(ms))
	at := 0
	for i, m := range ms {
		s := c.Shape(m)
		if c.Err != nil {
			return nil
		}
		n := s[1]
		rows[i] = b.Pad(m, []int{at}, []int{cols - at - n}, graph.PadZeros)
		at += n
	}
	return b.Concat(0, rows...)
}

// OffDiagonal is the diagonal of the axes i and j, k places above the main one, as
// a last axis.
func OffDiagonal(b *graph.Builder, x *gorgonia.Node, k, i, j int) *gorgonia.Node {
	c := build.Enter(b, "special.OffDiagonal", x)
	defer c.Leave()
	p, okp := c.Axis(x, i)
	q, okq := c.Axis(x, j)
	if !okp || !okq {
		return nil
	}
	s := c.Shape(x)
	k = max(-s[p], min(s[q], k))
	row, col := max(0, -k), max(0, k)
	n := min(s[p]-row, s[q]-col)
	return b.Diagonal(c.Along(c.Along(x, p, graph.Range(row, row+n)), q, graph.Range(col, col+n)), p, q)
}

// DiagonalMatrices has the last axis of x: [..., n] as the diagonal, k places
// above the main one, of two new axes i and j; 0 elsewhere.
func DiagonalMatrices(b *graph.Builder, x *gorgonia.Node, k, i, j int) *gorgonia.Node {
	c := build.Enter(b, "special.DiagonalMatrices", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		c.Refuse(mistake.Shapef("got %v, want an axis", s))
		return nil
	}
	n := s[len(s)-1]
	if k < -op.MaxElements || k > op.MaxElements {
		c.Refuse(mistake.Shapef("got the diagonal %d, want one of a matrix", k))
		return nil
	}
	wide := b.Tril(b.Triu(b.Broadcast(b.Unsqueeze(x, len(s)-1), slices.Concat([]int(s[:len(s)-1]), []int{n, n})...), 0), 0)
	wide = b.Pad(wide, []int{max(0, -k), max(0, k)}, []int{max(0, k), max(0, -k)}, graph.PadZeros)
	return b.MoveAxes(wide, []int{-2, -1}, []int{i, j})
}
