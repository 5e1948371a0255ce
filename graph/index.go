package graph

import (
	"math"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Span is a part of an axis: the elements Start, Start+Step, ... before Stop.
type Span = op.Range

// Range returns the Span of the elements from start to before stop. Negative numbers count
// from the end.
func Range(start, stop int) Span { return Span{Start: start, Stop: stop, Step: 1} }

// All returns the Span of a whole axis.
func All() Span { return Span{Stop: math.MaxInt, Step: 1} }

// Slice returns a part of x: one Span for each of the leading axes, and all of the
// others. It is Python's x[a:b, c:d]: negative numbers count from the end, and a stop
// beyond the end is the end.
// Shape: the number of elements of each Span.
// Gradient: 0 for elements outside.
func (b *Builder) Slice(x *gorgonia.Node, spans ...Span) *gorgonia.Node {
	defer b.c.Enter("graph.Slice", x).Leave()
	return b.c.Slice(x, spans)
}

// Gather returns elements along an axis: y[i, j, k] = x[i, index[i, j, k], k] for axis
// 1.
// Shape: index is Ints with as many axes as x, no longer than x on the other axes; the
// result has the shape of index.
// Gradient: summed over all reads of an element.
// Errors: a run fails on an index out of range.
func (b *Builder) Gather(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Gather", x, index).Leave()
	return b.c.Gather(x, index, axis)
}

// Take returns the rows of x that index lists: the lookup of an embedding.
// Shape: x [N, ...], index [...] of Ints; the result has the axes of index and then
// those of a row.
// Gradient: summed over all reads of a row.
// Errors: a run fails on an index out of range.
func (b *Builder) Take(x, index *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Take", x, index).Leave()
	return b.c.Take(x, index)
}

// IndexSelect returns the slices of an axis that the vector index lists.
// Shape: x [A, N], index [K], axis 1; result [A, K].
// Gradient: summed over all reads of a slice.
// Errors: a run fails on an index out of range.
func (b *Builder) IndexSelect(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.IndexSelect", x, index).Leave()
	return b.c.IndexSelect(x, index, axis)
}

// Scatter returns x with elements of s written to the positions of index along the axis.
// For axis 1, y[i, index[i, j, k], k] = s[i, j, k]. If a position occurs twice, the last
// element counts.
// Shape: s and index have one shape; the result has that of x.
// Gradient: goes to the elements of s that stay, and 0 to those of x that are replaced.
func (b *Builder) Scatter(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Scatter", x, s, index).Leave()
	return b.c.Scatter(x, s, index, axis)
}

// ScatterAdd returns x with elements of s added at the positions of index along the axis.
// For axis 1, y[i, index[i, j, k], k] += s[i, j, k].
// Shape: s and index have one shape; the result has that of x.
func (b *Builder) ScatterAdd(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.ScatterAdd", x, s, index).Leave()
	return b.c.Add(x, b.c.ScatterAdd(s, index, axis, b.c.Shape(x)))
}

// OneHot returns 1 at the index along a new last axis, 0 elsewhere.
// Shape: index [...] of Ints; result [..., classes].
// Gradient: none.
// Errors: a run fails on an index out of range.
func (b *Builder) OneHot(index *gorgonia.Node, classes int) *gorgonia.Node {
	defer b.c.Enter("graph.OneHot", index).Leave()
	return b.c.OneHot(index, classes, b.Scalar(0))
}

// AsInts returns x without its fractions, as Ints.
// Shape: that of x.
// Gradient: none.
// Errors: a run fails on NaN and on numbers that are not between −2³¹ and 2³¹.
func (b *Builder) AsInts(x *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.AsInts", x).Leave()
	return b.c.AsInts(x)
}

// AsFloats returns Ints as floats of the type of the graph. Float32 rounds integers beyond
// ±2²⁴, Float64 those beyond ±2⁵³.
// Shape: that of index.
// Gradient: none.
func (b *Builder) AsFloats(index *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.AsFloats", index).Leave()
	return b.c.AsFloats(index, b.c.Float)
}
