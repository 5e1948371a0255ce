package graph

import (
	"math"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Span is a part of an axis: Start, Start+Step, ... before Stop.
type Span = op.Range

// Range is the Span from start to before stop in steps of 1. Negative numbers
// count from the end.
func Range(start, stop int) Span { return Span{Start: start, Stop: stop, Step: 1} }

// All is the whole axis.
func All() Span { return Span{Stop: math.MaxInt, Step: 1} }

// Slice takes a Span of each of the leading axes, and all of the others, as
// Python's x[a:b, c:d] does: a stop beyond the end is the end.
func (b *Builder) Slice(x *gorgonia.Node, spans ...Span) *gorgonia.Node {
	defer b.c.Enter("graph.Slice", x).Leave()
	return b.c.Slice(x, spans)
}

// Gather takes elements along an axis: y[i, j, k] = x[i, index[i, j, k], k] for
// axis 1. index: Ints of x's rank, no longer than x on the other axes. Gradients
// of places that are taken twice add up.
func (b *Builder) Gather(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Gather", x, index).Leave()
	return b.c.Gather(x, index, axis)
}

// ScatterAdd is x with the elements of s added along an axis at the places of
// the index: y[i, index[i, j, k], k] += s[i, j, k] for axis 1.
func (b *Builder) ScatterAdd(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.ScatterAdd", x, s, index).Leave()
	return b.c.Add(x, b.c.ScatterAdd(s, index, axis, b.c.Shape(x)))
}

// Take takes the rows of x: [n, ...] that index lists, Ints of any shape: the
// result has index's shape followed by a row's. It is the lookup of an
// embedding.
func (b *Builder) Take(x, index *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Take", x, index).Leave()
	return b.c.Take(x, index)
}

// IndexSelect takes the places of an axis that the vector index lists.
func (b *Builder) IndexSelect(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.IndexSelect", x, index).Leave()
	return b.c.IndexSelect(x, index, axis)
}

// Concat joins the operands along an axis.
func (b *Builder) Concat(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Concat", xs...).Leave()
	return b.c.Concat(axis, xs...)
}

// Stack joins operands of one shape along a new axis.
func (b *Builder) Stack(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Stack", xs...).Leave()
	return b.c.Stack(axis, xs...)
}
