package build

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file has what operators over axes share.

// Axis returns the axis of x counted from the first. Negative ones count from the
// last.
func (c *Core) Axis(x *gorgonia.Node, axis int) (k int, ok bool) {
	t := c.Type(x)
	if c.Err != nil {
		return 0, false
	}
	k, err := t.Axis(axis)
	if err != nil {
		c.Refuse(mistake.Shapef("%v", err))
	}
	return k, err == nil
}

// Extent returns the axis counted from the first, and its extent, which must be at least
// least.
func (c *Core) Extent(x *gorgonia.Node, axis, least int) (k, n int, ok bool) {
	k, ok = c.Axis(x, axis)
	if !ok {
		return 0, 0, false
	}
	s := c.Shape(x)
	if s[k] < least {
		c.Refuse(mistake.Shapef("axis %d: got %d elements, want at least %d", axis, s[k], least))
		return 0, 0, false
	}
	return k, s[k], true
}

// Whole is the Range of all elements of an axis.
var Whole = op.Range{Stop: math.MaxInt, Step: 1}

// Along returns the range of one axis of x.
func (c *Core) Along(x *gorgonia.Node, axis int, r op.Range) *gorgonia.Node {
	ranges := slices.Repeat([]op.Range{Whole}, axis+1)
	ranges[axis] = r
	return c.Slice(x, ranges)
}

// Part returns the elements from start to before stop along an axis of x.
func (c *Core) Part(x *gorgonia.Node, axis, start, stop int) *gorgonia.Node {
	return c.Along(x, axis, op.Range{Start: start, Stop: stop, Step: 1})
}

// At returns element i of an axis of x, which is dropped.
func (c *Core) At(x *gorgonia.Node, axis, i int) *gorgonia.Node {
	y := c.Part(x, axis, i, i+1)
	s := c.Shape(y)
	if c.Err != nil {
		return nil
	}
	return c.Reshape(y, slices.Delete(s.Clone(), axis, axis+1))
}

// Channels gives a vector with one number for each channel the shape that broadcasts to
// x: [N, C, ...].
func (c *Core) Channels(v, x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil || len(s) < 2 {
		return v
	}
	shape := slices.Repeat([]int{1}, len(s)-1)
	shape[0] = s[1]
	return c.Reshape(v, shape)
}

// Together broadcasts two operands to one shape.
func (c *Core) Together(x, y *gorgonia.Node) (*gorgonia.Node, *gorgonia.Node) {
	s, err := op.BroadcastShape(c.Shape(x), c.Shape(y))
	if c.Err != nil {
		return nil, nil
	}
	if err != nil {
		c.Refuse(err)
		return nil, nil
	}
	return c.Broadcast(x, s), c.Broadcast(y, s)
}

// OneMinus returns 1 − x.
func (c *Core) OneMinus(x *gorgonia.Node) *gorgonia.Node { return c.AddConst(c.Neg(x), 1) }

// OnAxes returns v on k axes: itself, its one number on all of them, or fallback.
func OnAxes(v []int, k int, fallback []int) []int {
	if len(v) == 0 {
		v = fallback
	}
	if len(v) != 1 {
		return append([]int{}, v...)
	}
	return slices.Repeat(v, max(k, 0))
}
