package graph

import "gorgonia.org/gorgonia"

// This file publishes the folds over axes beside Sum and Mean. Axes are dropped;
// negative ones count from the last; no axes means all.

// Max is the largest element, NaN if there is one. The gradient goes to all
// elements that are the largest, in equal shares.
func (b *Builder) Max(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	return b.c.ReduceMax(x, axes, false)
}

// Min is the smallest element, NaN if there is one. The gradient goes to all
// elements that are the smallest, in equal shares.
func (b *Builder) Min(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	return b.c.ReduceMin(x, axes, false)
}
