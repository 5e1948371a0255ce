package graph

import (
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
