package graph

import (
	"gorgonia.org/gorgonia"
)

// This file publishes running folds, order statistics, and folds that leave NaN
// out.

// CumMax is the largest element so far along the axis, and its place, Ints: the
// last of those that are equal. NaN stays from where it stands on.
func (b *Builder) CumMax(x *gorgonia.Node, axis int) (values, index *gorgonia.Node) {
	defer b.c.Enter("graph.CumMax", x).Leave()
	return b.c.RunningExtreme(x, axis, false)
}

// CumMin is the smallest element so far along the axis, and its place.
func (b *Builder) CumMin(x *gorgonia.Node, axis int) (values, index *gorgonia.Node) {
	defer b.c.Enter("graph.CumMin", x).Leave()
	return b.c.RunningExtreme(x, axis, true)
}

// CountNonzero is how many elements are not 0. It has no gradient.
func (b *Builder) CountNonzero(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.CountNonzero", x).Leave()
	return b.Norm(x, 0, axes...)
}

// Diff is the differences x[i+1] − x[i] of neighbours along the axis, taken n
// times.
func (b *Builder) Diff(x *gorgonia.Node, n, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Diff", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	if m := b.c.Shape(x)[k]; n >= m {
		return b.c.Along(x, k, Range(0, 0))
	}
	if !b.c.Unrolls(n) {
		return nil
	}
	for range n {
		m := b.c.Shape(x)[k]
		x = b.Sub(b.c.Along(x, k, Range(1, m)), b.c.Along(x, k, Range(0, m-1)))
		if b.c.Err != nil {
			return nil
		}
	}
	return x
}
