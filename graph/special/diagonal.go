package special

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Rot90 rotates the plane of two axes by quarter turns, from the first axis towards the
// second.
// Shape: that of x; an odd number of turns exchanges the two extents.
func Rot90(b *graph.Builder, x *gorgonia.Node, turns int, plane [2]int) *gorgonia.Node {
	c := build.Enter(b, "special.Rot90", x)
	defer c.Leave()
	if c.Shape(x); c.Err != nil {
		return nil
	}
	for range ((turns % 4) + 4) % 4 {
		x = b.SwapAxes(b.Flip(x, plane[1]), plane[0], plane[1])
	}
	return x
}

// OffDiagonal returns the diagonal of two axes as a new last axis. The offset is 0 for
// the main diagonal, positive above it, negative below it.
// Shape: both axes are dropped; a last axis is added.
func OffDiagonal(b *graph.Builder, x *gorgonia.Node, offset int, axes [2]int) *gorgonia.Node {
	c := build.Enter(b, "special.OffDiagonal", x)
	defer c.Leave()
	p, okp := c.Axis(x, axes[0])
	q, okq := c.Axis(x, axes[1])
	if !okp || !okq {
		return nil
	}
	s := c.Shape(x)
	offset = max(-s[p], min(s[q], offset))
	row, col := max(0, -offset), max(0, offset)
	n := min(s[p]-row, s[q]-col)
	return b.Diagonal(c.Along(c.Along(x, p, graph.Range(row, row+n)), q, graph.Range(col, col+n)), p, q)
}

// DiagonalMatrices returns matrices in two new axes that have the last axis of x on a
// diagonal and 0 elsewhere. The offset is 0 for the main diagonal, positive above it,
// negative below it.
// Shape: x [..., N]; two axes of N + |offset| replace the last one.
func DiagonalMatrices(b *graph.Builder, x *gorgonia.Node, offset int, axes [2]int) *gorgonia.Node {
	c := build.Enter(b, "special.DiagonalMatrices", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) == 0 {
		c.Refuse(mistake.Shapef("got %v, want [..., N]", s))
		return nil
	}
	n := s[len(s)-1]
	if offset < -op.MaxElements || offset > op.MaxElements {
		c.Refuse(mistake.Shapef("offset %d: want at most %d either way", offset, op.MaxElements))
		return nil
	}
	wide := b.Tril(b.Triu(b.Broadcast(b.Unsqueeze(x, len(s)-1), slices.Concat([]int(s[:len(s)-1]), []int{n, n})...), 0), 0)
	wide = b.Pad(wide, []int{max(0, -offset), max(0, offset)}, []int{max(0, offset), max(0, -offset)}, graph.PadZeros)
	return b.MoveAxes(wide, []int{-2, -1}, axes[:])
}

// BlockDiagonal returns one matrix that has the given matrices along its diagonal and 0
// elsewhere. A vector counts as one row, a scalar as a matrix of one element.
// Shape: [M1, N1], [M2, N2], ...; result [ΣM, ΣN].
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
