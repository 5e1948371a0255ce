package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file publishes what puts elements into an array at places of an index.

// Scatter is x with the elements of s in place of its own, along an axis at the
// places of the index: y[i, index[i, j, k], k] = s[i, j, k] for axis 1. Where a
// place is named twice the last element stays, and gets the gradient.
func (b *Builder) Scatter(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Scatter", x, s, index).Leave()
	return b.c.Scatter(x, s, index, axis)
}

// Fold says how elements that meet at a place become one.
type Fold uint8

// The folds.
const (
	FoldSum Fold = iota
	FoldProd
	FoldMean
	FoldMax // the gradient goes to the largest ones in equal shares
	FoldMin
)

// ScatterFold is x with each place folded with the elements of s that the index
// sends there, as Scatter has it; without own, x's element takes no part where
// there are others. The gradient of a product of several zeros is 0, and second
// derivatives there are not found.
func (b *Builder) ScatterFold(x, s, index *gorgonia.Node, axis int, how Fold, own bool) *gorgonia.Node {
	defer b.c.Enter("graph.ScatterFold", x, s, index).Leave()
	if how > FoldMin {
		b.c.Refuse(mistake.Optionf("got the fold %d, want one of the folds", how))
	}
	if b.c.Err != nil {
		return nil
	}
	count := b.c.ScatterAdd(b.c.Fill(s, 1), index, axis, b.c.Shape(x))
	if !own {
		neutral := [...]float64{FoldProd: 1, FoldMax: math.Inf(-1), FoldMin: math.Inf(1)}[how]
		x = b.Where(b.c.GtConst(count, 0), b.c.Fill(x, neutral), x)
	}
	switch how {
	case FoldProd:
		return b.c.ScatterMul(x, s, index, axis)
	case FoldMax, FoldMin:
		return b.c.ScatterExtreme(x, s, index, axis, how == FoldMin)
	}
	y := b.Add(x, b.c.ScatterAdd(s, index, axis, b.c.Shape(x)))
	if how == FoldMean {
		if own {
			count = b.AddConst(count, 1)
		}
		y = b.Div(y, b.Maximum(count, b.Scalar(1)))
	}
	return y
}

// spread repeats the vector index over the shape, along its axis.
func (b *Builder) spread(x, index *gorgonia.Node, axis int, shape []int) *gorgonia.Node {
	n := b.c.Shape(index)
	if b.c.Err != nil {
		return nil
	}
	if len(n) != 1 || shape[axis] != n[0] {
		b.c.Refuse(mistake.Shapef("got %v along axis %d for the index %v, want a vector of as many", shape, axis, n))
		return nil
	}
	column := slices.Repeat([]int{1}, len(shape)-axis)
	column[0] = n[0]
	return b.Broadcast(b.Reshape(index, column...), shape...)
}

// placedAlong is an axis of x, and the vector index repeated for each element of
// s, which has x's extents on the other axes.
func (b *Builder) placedAlong(x, s, index *gorgonia.Node, axis int) (k int, all *gorgonia.Node, ok bool) {
	k, ok = b.c.Axis(x, axis)
	if !ok {
		return 0, nil, false
	}
	sx, ss := b.c.Shape(x).Clone(), b.c.Shape(s)
	if len(ss) == len(sx) {
		sx[k] = ss[k]
	}
	if b.c.Err == nil && !sx.Equal(ss) {
		b.c.Refuse(mistake.Shapef("got %v for %v along axis %d, want equal extents on the others", ss, b.c.Shape(x), axis))
	}
	if b.c.Err != nil {
		return 0, nil, false
	}
	all = b.spread(x, index, k, ss)
	return k, all, b.c.Err == nil
}

// IndexCopy is x with the places of an axis that the vector index lists taken from
// s, which has as many there.
func (b *Builder) IndexCopy(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.IndexCopy", x, s, index).Leave()
	k, all, ok := b.placedAlong(x, s, index, axis)
	if !ok {
		return nil
	}
	return b.Scatter(x, s, all, k)
}

// IndexFold is ScatterFold along an axis at the places that the vector index
// lists.
func (b *Builder) IndexFold(x, s, index *gorgonia.Node, axis int, how Fold, own bool) *gorgonia.Node {
	defer b.c.Enter("graph.IndexFold", x, s, index).Leave()
	k, all, ok := b.placedAlong(x, s, index, axis)
	if !ok {
		return nil
	}
	return b.ScatterFold(x, s, all, k, how, own)
}

// IndexFill is x with the scalar v at the places of an axis that the vector index
// lists.
func (b *Builder) IndexFill(x, v, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.IndexFill", x, v, index).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	s, n := b.c.Shape(x).Clone(), b.c.Shape(index)
	if len(n) == 1 {
		s[k] = n[0]
	}
	return b.IndexCopy(x, b.Broadcast(v, s...), index, k)
}

// TakeFlat takes elements of x read in order: the result has index's shape.
func (b *Builder) TakeFlat(x, index *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.TakeFlat", x, index).Leave()
	return b.Take(b.Flatten(x, 0, -1), index)
}

// PutFlat is x with the elements of s, of index's shape, in place of those at the
// places of x read in order, or added to them.
func (b *Builder) PutFlat(x, s, index *gorgonia.Node, add bool) *gorgonia.Node {
	defer b.c.Enter("graph.PutFlat", x, s, index).Leave()
	shape, n := b.c.Shape(x), b.c.Shape(index).Size()
	if b.c.Err != nil {
		return nil
	}
	flat, from, at := b.Reshape(x, shape.Size()), b.Reshape(s, n), b.Reshape(index, n)
	if add {
		flat = b.ScatterAdd(flat, from, at, 0)
	} else {
		flat = b.Scatter(flat, from, at, 0)
	}
	return b.Reshape(flat, shape...)
}

// GatherBroadcast is Gather with x and index broadcast against each other on the
// other axes (NumPy's take_along_axis).
func (b *Builder) GatherBroadcast(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.GatherBroadcast", x, index).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	sx, si := b.c.Shape(x).Clone(), b.c.Shape(index).Clone()
	if b.c.Err != nil {
		return nil
	}
	if len(sx) != len(si) {
		b.c.Refuse(mistake.Shapef("got %v and the index %v, want equal ranks", sx, si))
		return nil
	}
	nx, ni := sx[k], si[k]
	sx[k], si[k] = 1, 1
	both, err := op.BroadcastShape(sx, si)
	if err != nil {
		b.c.Refuse(err)
		return nil
	}
	wide := func(n int) []int { s := both.Clone(); s[k] = n; return s }
	return b.Gather(b.Broadcast(x, wide(nx)...), b.Broadcast(index, wide(ni)...), k)
}

// MaskedSelect are the elements of x, read in order, whose mask is set: a vector.
func (b *Builder) MaskedSelect(x *gorgonia.Node, mask []bool) *gorgonia.Node {
	defer b.c.Enter("graph.MaskedSelect", x).Leave()
	at := b.masked(x, mask)
	if b.c.Err != nil {
		return nil
	}
	return b.TakeFlat(x, b.ConstInts(at, len(at)))
}

// MaskedScatter is x with the first elements of s, read in order, where the mask
// is set.
func (b *Builder) MaskedScatter(x *gorgonia.Node, mask []bool, s *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.MaskedScatter", x, s).Leave()
	at := b.masked(x, mask)
	if b.c.Err != nil {
		return nil
	}
	if n := b.c.Shape(s).Size(); n < len(at) {
		b.c.Refuse(mistake.Shapef("got %d elements for %d places, want at least as many", n, len(at)))
		return nil
	}
	if len(at) == 0 {
		return x
	}
	return b.PutFlat(x, b.c.Along(b.Flatten(s, 0, -1), 0, Range(0, len(at))), b.ConstInts(at, len(at)), false)
}

// masked are the places of x whose mask is set.
func (b *Builder) masked(x *gorgonia.Node, mask []bool) []int {
	s := b.c.Shape(x)
	if b.c.Err == nil && s.Size() != len(mask) {
		b.c.Refuse(mistake.Shapef("got a mask of %d for %v, want %d", len(mask), s, s.Size()))
	}
	at := []int{}
	for i, set := range mask {
		if set {
			at = append(at, i)
		}
	}
	return at
}
