package special

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

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
func ScatterFold(b *graph.Builder, x, s, index *gorgonia.Node, axis int, how Fold, own bool) *gorgonia.Node {
	c := build.Enter(b, "special.ScatterFold", x, s, index)
	defer c.Leave()
	if how > FoldMin {
		c.Refuse(mistake.Optionf("got the fold %d, want one of the folds", how))
	}
	if c.Err != nil {
		return nil
	}
	count := c.ScatterAdd(c.Fill(s, 1), index, axis, c.Shape(x))
	if !own {
		neutral := [...]float64{FoldProd: 1, FoldMax: math.Inf(-1), FoldMin: math.Inf(1)}[how]
		x = b.Where(c.GtConst(count, 0), c.Fill(x, neutral), x)
	}
	switch how {
	case FoldProd:
		return c.ScatterMul(x, s, index, axis)
	case FoldMax, FoldMin:
		return c.ScatterExtreme(x, s, index, axis, how == FoldMin)
	}
	y := b.Add(x, c.ScatterAdd(s, index, axis, c.Shape(x)))
	if how == FoldMean {
		if own {
			count = b.AddConst(count, 1)
		}
		y = b.Div(y, b.Maximum(count, b.Scalar(1)))
	}
	return y
}

// spread repeats the vector index over the shape, along its axis.
func spread(b *graph.Builder, x, index *gorgonia.Node, axis int, shape []int) *gorgonia.Node {
	c := build.Of(b)
	n := c.Shape(index)
	if c.Err != nil {
		return nil
	}
	if len(n) != 1 || shape[axis] != n[0] {
		c.Refuse(mistake.Shapef("got %v along axis %d for the index %v, want a vector of as many", shape, axis, n))
		return nil
	}
	column := slices.Repeat([]int{1}, len(shape)-axis)
	column[0] = n[0]
	return b.Broadcast(b.Reshape(index, column...), shape...)
}

// placedAlong is an axis of x, and the vector index repeated for each element of
// s, which has x's extents on the other axes.
func placedAlong(b *graph.Builder, x, s, index *gorgonia.Node, axis int) (k int, all *gorgonia.Node, ok bool) {
	c := build.Of(b)
	k, ok = c.Axis(x, axis)
	if !ok {
		return 0, nil, false
	}
	sx, ss := c.Shape(x).Clone(), c.Shape(s)
	if len(ss) == len(sx) {
		sx[k] = ss[k]
	}
	if c.Err == nil && !sx.Equal(ss) {
		c.Refuse(mistake.Shapef("got %v for %v along axis %d, want equal extents on the others", ss, c.Shape(x), axis))
	}
	if c.Err != nil {
		return 0, nil, false
	}
	all = spread(b, x, index, k, ss)
	return k, all, c.Err == nil
}

// IndexCopy is x with the places of an axis that the vector index lists taken from
// s, which has as many there.
func IndexCopy(b *graph.Builder, x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.IndexCopy", x, s, index)
	defer c.Leave()
	k, all, ok := placedAlong(b, x, s, index, axis)
	if !ok {
		return nil
	}
	return b.Scatter(x, s, all, k)
}

// IndexFold is ScatterFold along an axis at the places that the vector index
// lists.
func IndexFold(b *graph.Builder, x, s, index *gorgonia.Node, axis int, how Fold, own bool) *gorgonia.Node {
	c := build.Enter(b, "special.IndexFold", x, s, index)
	defer c.Leave()
	k, all, ok := placedAlong(b, x, s, index, axis)
	if !ok {
		return nil
	}
	return ScatterFold(b, x, s, all, k, how, own)
}

// IndexFill is x with the scalar v at the places of an axis that the vector index
// lists.
func IndexFill(b *graph.Builder, x, v, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.IndexFill", x, v, index)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	s, n := c.Shape(x).Clone(), c.Shape(index)
	if len(n) == 1 {
		s[k] = n[0]
	}
	return IndexCopy(b, x, b.Broadcast(v, s...), index, k)
}

// TakeFlat takes elements of x read in order: the result has index's shape.
func TakeFlat(b *graph.Builder, x, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.TakeFlat", x, index)
	defer c.Leave()
	return b.Take(b.Flatten(x, 0, -1), index)
}

// PutFlat is x with the elements of s, of index's shape, in place of those at the
// places of x read in order, or added to them.
func PutFlat(b *graph.Builder, x, s, index *gorgonia.Node, add bool) *gorgonia.Node {
	c := build.Enter(b, "special.PutFlat", x, s, index)
	defer c.Leave()
	shape, n := c.Shape(x), c.Shape(index).Size()
	if c.Err != nil {
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
func GatherBroadcast(b *graph.Builder, x, index *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.GatherBroadcast", x, index)
	defer c.Leave()
	k, ok := c.Axis(x, axis)
	if !ok {
		return nil
	}
	sx, si := c.Shape(x).Clone(), c.Shape(index).Clone()
	if c.Err != nil {
		return nil
	}
	if len(sx) != len(si) {
		c.Refuse(mistake.Shapef("got %v and the index %v, want equal ranks", sx, si))
		return nil
	}
	nx, ni := sx[k], si[k]
	sx[k], si[k] = 1, 1
	both, err := op.BroadcastShape(sx, si)
	if err != nil {
		c.Refuse(err)
		return nil
	}
	wide := func(n int) []int { s := both.Clone(); s[k] = n; return s }
	return b.Gather(b.Broadcast(x, wide(nx)...), b.Broadcast(index, wide(ni)...), k)
}

// MaskedSelect are the elements of x, read in order, whose mask is set: a vector.
func MaskedSelect(b *graph.Builder, x *gorgonia.Node, mask []bool) *gorgonia.Node {
	c := build.Enter(b, "special.MaskedSelect", x)
	defer c.Leave()
	at := masked(b, x, mask)
	if c.Err != nil {
		return nil
	}
	return TakeFlat(b, x, b.ConstInts(at, len(at)))
}

// MaskedScatter is x with the first elements of s, read in order, where the mask
// is set.
func MaskedScatter(b *graph.Builder, x *gorgonia.Node, mask []bool, s *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.MaskedScatter", x, s)
	defer c.Leave()
	at := masked(b, x, mask)
	if c.Err != nil {
		return nil
	}
	if n := c.Shape(s).Size(); n < len(at) {
		c.Refuse(mistake.Shapef("got %d elements for %d places, want at least as many", n, len(at)))
		return nil
	}
	if len(at) == 0 {
		return x
	}
	return PutFlat(b, x, c.Along(b.Flatten(s, 0, -1), 0, graph.Range(0, len(at))), b.ConstInts(at, len(at)), false)
}

// masked are the places of x whose mask is set.
func masked(b *graph.Builder, x *gorgonia.Node, mask []bool) []int {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err == nil && s.Size() != len(mask) {
		c.Refuse(mistake.Shapef("got a mask of %d for %v, want %d", len(mask), s, s.Size()))
	}
	at := []int{}
	for i, set := range mask {
		if set {
			at = append(at, i)
		}
	}
	return at
}
