package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
)

// moveRules are those of what moves, repeats or leaves out elements.
var moveRules = map[string]rule{
	"Transpose": {least: 1, most: 1, moves: true, make: transpose},
	"Flatten":   {least: 1, most: 1, moves: true, make: flatten},
	"Expand":    {least: 2, most: 2, settings: []int{1}, make: expand},
	"Tile":      {least: 2, most: 3, settings: []int{1, 2}, make: tile},
	"Slice":     {least: 1, most: 5, settings: []int{1, 2, 3, 4}, moves: true, make: slice},
	"Split":     {least: 1, most: 2, settings: []int{1}, moves: true, make: split},
	"Pad":       {least: 1, most: 4, settings: []int{1, 2, 3}, make: pad},

	"CenterCropPad": {least: 2, most: 2, settings: []int{1}, make: centerCropPad},
	"DepthToSpace":  {least: 1, most: 1, make: depthToSpace},
	"SpaceToDepth":  {least: 1, most: 1, make: spaceToDepth},
	"Trilu":         {least: 1, most: 2, settings: []int{1}, make: trilu},
}

func transpose(c *call) []Value {
	perm := c.intsAttr("perm", nil)
	if rank := len(c.dims(0)); perm == nil {
		perm = sequence(0, rank)
		slices.Reverse(perm)
	}
	return c.floats(c.Transpose(c.moved(0), c.axes(perm, len(c.dims(0)))...))
}

// flatten makes a matrix: the axes before one, and the others.
func flatten(c *call) []Value {
	shape := c.dims(0)
	axis := c.axisUpTo(c.intAttr("axis", 1), len(shape))
	return c.resized([]int{size(shape[:axis]), size(shape[axis:])})
}

func expand(c *call) []Value {
	return c.floats(c.Broadcast(c.moved(0), c.broadcast(c.dims(0), c.ints(1))...))
}

// tile repeats x. Before version 6 it repeated one axis.
func tile(c *call) []Value {
	shape, counts := c.dims(0), c.ints(1)
	if c.has(2) {
		c.refuse("got a tile of one axis, want the repeats of all axes")
	}
	if len(counts) != len(shape) {
		c.malformed("got the repeats %v of %v, want one for each axis", counts, shape)
	}
	return c.floats(c.Tile(c.float(0), counts...))
}

// slice cuts axes. Its settings are attributes before version 10.
func slice(c *call) []Value {
	shape := c.dims(0)
	starts, _ := c.list("starts", 10, 1)
	ends, _ := c.list("ends", 10, 2)
	axes, ok := c.list("axes", 10, 3)
	if !ok {
		axes = sequence(0, len(starts))
	}
	steps := slices.Repeat([]int{1}, len(starts))
	if c.version >= 10 && c.has(4) {
		steps = c.ints(4)
	}
	if len(starts) != len(ends) || len(starts) != len(axes) || len(starts) != len(steps) {
		c.malformed("got the starts %v, ends %v, axes %v and steps %v, want lists of one length", starts, ends, axes, steps)
	}
	all := slices.Repeat([]graph.Span{graph.All()}, len(shape))
	for i, axis := range c.axes(axes, len(shape)) {
		if steps[i] == 0 {
			c.malformed("got a step of 0 for axis %d, want another", axis)
		}
		all[axis] = span(starts[i], ends[i], steps[i], shape[axis])
	}
	return c.floats(c.Slice(c.moved(0), all...))
}

// span returns the elements from start to before end. Negative numbers count from the last of
// n elements; numbers beyond the ends are the ends.
func span(start, end, step, n int) graph.Span {
	low, high := 0, n // of starts and ends
	if step < 0 {
		low, high = -1, n-1
	}
	at := func(i int) int {
		if i < 0 {
			i += n
		}
		return max(low, min(high, i))
	}
	s := graph.Span{Start: at(start), Stop: at(end), Step: max(-n-1, min(n+1, step))}
	switch {
	case step > 0:
		s.Stop = max(s.Start, s.Stop)
	case s.Start <= s.Stop:
		return graph.Range(0, 0)
	case s.Stop < 0:
		s.Stop = math.MinInt / 2 // negative numbers count from the end
	}
	return s
}

// split cuts an axis into parts of given extents, or into equal ones, of which the last may be
// smaller.
func split(c *call) []Value {
	shape := c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(shape))
	extents, ok := c.list("split", 13, 1)
	if !ok {
		parts, n := len(c.Out), shape[axis]
		if c.version >= 18 {
			parts = c.intAttr("num_outputs", parts)
		}
		part := (n + parts - 1) / max(parts, 1)
		for i := range parts {
			extents = append(extents, max(0, min(part, n-i*part)))
		}
	}
	if len(extents) != len(c.Out) {
		c.malformed("got %d parts and %d results, want as many", len(extents), len(c.Out))
	}
	return c.floats(c.Split(c.moved(0), axis, extents...)...)
}

// padModes are those of graph.
var padModes = map[string]graph.PadMode{"reflect": graph.PadReflect, "edge": graph.PadReplicate, "wrap": graph.PadCircular}

// pad adds elements before and after axes. Its settings are attributes before version 11.
func pad(c *call) []Value {
	shape := c.dims(0)
	pads, _ := c.list("pads", 11, 1)
	axes, value := sequence(0, len(shape)), 0.0
	if c.version < 11 {
		value = c.floatAttr("value", 0)
	} else {
		value = c.number(2, 0)
		if c.has(3) {
			axes = c.axes(c.ints(3), len(shape))
		}
	}
	if len(pads) != 2*len(axes) {
		c.malformed("got the pads %v of %d axes, want two numbers for each", pads, len(axes))
	}
	before, after := make([]int, len(shape)), make([]int, len(shape))
	for i, a := range axes {
		before[a], after[a] = pads[i], pads[len(axes)+i]
	}
	mode := c.textAttr("mode", "constant")
	if mode == "constant" {
		return c.floats(c.PadConst(c.float(0), before, after, value))
	}
	by, ok := padModes[mode]
	if !ok {
		c.refuse("got mode = %q, want constant, reflect, edge or wrap", mode)
	}
	return c.floats(c.Pad(c.float(0), before, after, by))
}

// centerCropPad cuts or pads both ends of axes to extents.
func centerCropPad(c *call) []Value {
	shape, want := c.dims(0), c.ints(1)
	axes := c.axes(c.intsAttr("axes", sequence(0, len(shape))), len(shape))
	if len(want) != len(axes) {
		c.malformed("got the extents %v of %d axes, want one for each", want, len(axes))
	}
	before, after := make([]int, len(shape)), make([]int, len(shape))
	for i, a := range axes {
		total := want[i] - shape[a]
		before[a] = total / 2 // of what is cut, the larger half is behind
		if total < 0 {
			before[a] = -(-total / 2)
		}
		after[a] = total - before[a]
	}
	return c.floats(c.PadConst(c.float(0), before, after, 0))
}

// images returns the extents of images [N, C, H, W], and a block size of at least 1.
func (c *call) images() (n, channels, h, w, block int) {
	s := c.dims(0)
	if len(s) != 4 {
		c.malformed("got %v, want [N, C, H, W]", s)
	}
	if block = c.intAttr("blocksize", 0); block < 1 || block > 1<<20 {
		c.malformed("got blocksize = %d, want at least 1", block)
	}
	return s[0], s[1], s[2], s[3], block
}

// depthToSpace moves channels to blocks of pixels.
func depthToSpace(c *call) []Value {
	n, channels, h, w, k := c.images()
	if channels%(k*k) != 0 {
		c.malformed("got %d channels, want a multiple of %d", channels, k*k)
	}
	x, deep := c.float(0), channels/(k*k)
	switch mode := c.textAttr("mode", "DCR"); mode {
	case "DCR": // the block is the first part of the channels
		x = c.Transpose(c.Reshape(x, n, k, k, deep, h, w), 0, 3, 4, 1, 5, 2)
	case "CRD":
		x = c.Transpose(c.Reshape(x, n, deep, k, k, h, w), 0, 1, 4, 2, 5, 3)
	default:
		c.refuse("got mode = %q, want DCR or CRD", mode)
	}
	return c.floats(c.Reshape(x, n, deep, h*k, w*k))
}

// spaceToDepth moves blocks of pixels to channels.
func spaceToDepth(c *call) []Value {
	n, channels, h, w, k := c.images()
	if h%k != 0 || w%k != 0 {
		c.malformed("got images of %d x %d pixels, want multiples of %d", h, w, k)
	}
	x := c.Transpose(c.Reshape(c.float(0), n, channels, h/k, k, w/k, k), 0, 3, 5, 1, 2, 4)
	return c.floats(c.Reshape(x, n, channels*k*k, h/k, w/k))
}

// trilu keeps a triangle of matrices.
func trilu(c *call) []Value {
	k := int(c.number(1, 0))
	s := c.dims(0)
	if len(s) < 2 {
		c.malformed("got %v, want matrices", s)
	}
	k = max(-s[len(s)-2], min(s[len(s)-1], k))
	upper := c.boolAttr("upper", true)
	switch {
	case size(s) == 0:
		return c.floats(c.float(0))
	case upper:
		return c.floats(c.Triu(c.float(0), k))
	}
	return c.floats(c.Tril(c.float(0), k))
}
