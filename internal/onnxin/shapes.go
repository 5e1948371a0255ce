package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// shapeRules are those of what reads shapes and changes them.
var shapeRules = map[string]rule{
	"Shape":     {least: 1, most: 1, indices: []int{0}, make: shapeOf},
	"Reshape":   {least: 2, most: 2, settings: []int{1}, moves: true, make: reshape},
	"Unsqueeze": {least: 1, most: 2, settings: []int{1}, moves: true, make: unsqueeze},
	"Squeeze":   {least: 1, most: 2, settings: []int{1}, moves: true, make: squeeze},
	"Concat":    {least: 1, most: -1, moves: true, make: concat},
}

// shapeOf is the shape, or a part of it from version 15 on.
func shapeOf(c *call) []Value {
	d := c.dims(0)
	start, end := c.intAttr("start", 0), c.intAttr("end", len(d))
	bound := func(i int) int {
		if i < 0 {
			i += len(d)
		}
		return min(max(i, 0), len(d))
	}
	start, end = bound(start), bound(end)
	return []Value{vector(d[start:max(start, end)]...)}
}

// resized returns operand 0 in another shape of as many elements.
func (c *call) resized(shape []int) []Value {
	x := c.value(0)
	if size64(shape) != size64(c.shape(x)) {
		panic(about(c.Node, mistake.Shapef("got the shape %v for %v, want as many elements", shape, c.shape(x))))
	}
	if x.Known != nil {
		return []Value{{Kind: x.Kind, Known: x.Known.reshaped(shape)}}
	}
	return c.floats(c.Reshape(x.Node, shape...))
}

// reshape has 0 for an extent that stays, unless allowzero is set, and -1 for the one that fits.
func reshape(c *call) []Value {
	d, shape, fit := c.dims(0), c.ints(1), -1
	zero := c.boolAttr("allowzero", false)
	for i, n := range shape {
		switch {
		case n == -1 && fit >= 0, n < -1, n == 0 && !zero && i >= len(d):
			c.malformed("got the shape %v for %v, want extents of which one may be -1", shape, d)
		case n == -1:
			fit, shape[i] = i, 1
		case n == 0 && !zero:
			shape[i] = d[i]
		}
	}
	if fit >= 0 {
		if rest := size64(shape); rest > 0 {
			shape[fit] = clip(size64(d) / rest)
		}
	}
	return c.resized(shape)
}

// unsqueeze adds axes of extent 1.
func unsqueeze(c *call) []Value {
	list, ok := c.list("axes", 13, 1)
	if !ok {
		c.malformed("got no axes, want some")
	}
	shape := c.dims(0)
	axes := c.axes(list, len(shape)+len(list))
	slices.Sort(axes)
	for _, a := range axes {
		shape = slices.Insert(shape, a, 1)
	}
	return c.resized(shape)
}

// squeeze drops axes of extent 1; without axes all of them.
func squeeze(c *call) []Value {
	shape := c.dims(0)
	list, ok := c.list("axes", 13, 1)
	axes := c.axes(list, len(shape))
	var out []int
	for i, d := range shape {
		drop := slices.Contains(axes, i) || !ok && d == 1
		if drop && d != 1 {
			c.malformed("got axis %d of %v, want an extent of 1", i, shape)
		}
		if !drop {
			out = append(out, d)
		}
	}
	return c.resized(out)
}

// concat joins its operands along an axis.
func concat(c *call) []Value {
	if !c.hasAttr("axis") {
		c.malformed("got no axis, want one")
	}
	shape := c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(shape))
	if !c.allKnown() {
		return c.floats(c.joined(axis)...)
	}
	shape[axis] = 0
	outer := size(shape[:axis])
	var parts []*Array
	for i := range c.in {
		a := c.known(i)
		if len(a.Shape) != len(shape) || !slices.Equal(a.Shape[:axis], shape[:axis]) || !slices.Equal(a.Shape[axis+1:], shape[axis+1:]) || c.kind(i) != c.kind(0) {
			c.malformed("operand %d: got %v of %v, want the shape and type of the others", i, c.kind(i), a.Shape)
		}
		shape[axis] += a.Shape[axis]
		parts = append(parts, a)
	}
	c.room(shape)
	y := &Array{Shape: shape}
	for o := range outer {
		for _, a := range parts {
			n := a.len() / max(outer, 1)
			if a.Floats != nil {
				y.Floats = append(y.Floats, a.Floats[o*n:(o+1)*n]...)
			} else {
				y.Ints = append(y.Ints, a.Ints[o*n:(o+1)*n]...)
			}
		}
	}
	return []Value{{Kind: c.kind(0), Known: y}}
}
