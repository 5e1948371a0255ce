package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
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
		b.c.Refuse(mistake.Shapef("got the axes %v to move to %v, want as many positions as axes", from, to))
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
		b.c.Refuse(mistake.Shapef("got the axes %d to %d, want the first not after the last", first, last))
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
		b.c.Refuse(mistake.Shapef("got the extents %v for axis %d, want extents with the product %d", extents, axis, s[k]))
		return nil
	}
	return b.Reshape(x, slices.Concat([]int(s[:k]), extents, []int(s[k+1:]))...)
}
