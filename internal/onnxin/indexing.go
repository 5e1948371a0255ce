package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// indexRules are those of what reads elements by indices.
var indexRules = map[string]rule{
	"Gather": {least: 2, most: 2, indices: []int{1}, make: gather},
}

// joined returns the operands as one node.
func (c *call) joined(axis int) []*gorgonia.Node {
	var all []*gorgonia.Node
	for i := range c.in {
		all = append(all, c.moved(i))
	}
	return []*gorgonia.Node{c.Concat(axis, all...)}
}

// gather reads slices of an axis by indices of any shape, whose axes take the place of the axis.
func gather(c *call) []Value {
	d := c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(d))
	shape := slices.Concat(d[:axis], c.dims(1), d[axis+1:])
	if c.isKnown(1) {
		index := c.within(c.ints(1), d[axis])
		if c.isKnown(0) {
			inner := size(d[axis+1:])
			y := c.gathered(c.known(0), shape, func(i int) int {
				o, k := i/inner/max(1, len(index)), i/inner%max(1, len(index))
				return (o*d[axis]+index[k])*inner + i%inner
			})
			return []Value{{Kind: c.kind(0), Known: y}}
		}
		return c.selected(axis, c.ConstInts(index, c.dims(1)...), shape)
	}
	return c.selected(axis, c.indexOf(1, d[axis]), shape)
}

// selected reads slices by a node of indices.
func (c *call) selected(axis int, index *gorgonia.Node, shape []int) []Value {
	x := c.float(0)
	if axis == 0 {
		return c.floats(c.Take(x, index))
	}
	y := c.IndexSelect(x, c.Reshape(index, size(c.Shape(index))), axis)
	return c.floats(c.Reshape(y, shape...))
}

// within returns indices that count from the first. Negative ones count from the last.
func (c *call) within(index []int, n int) []int {
	out := make([]int, len(index))
	for i, k := range index {
		if k < -n || k >= n {
			panic(about(c.Node, mistake.Shapef("got the index %d of %d, want %d to %d", k, n, -n, n-1)))
		}
		if out[i] = k; k < 0 {
			out[i] += n
		}
	}
	return out
}
