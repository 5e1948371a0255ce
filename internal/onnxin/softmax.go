package onnxin

import "github.com/symgrad/symgrad/graph"

// softmaxRules are those of functions of a whole axis.
var softmaxRules = map[string]rule{
	"Softmax":    {least: 1, most: 1, make: func(c *call) []Value { return c.floats(c.alongRows((*graph.Builder).SoftmaxAxis)) }},
	"LogSoftmax": {least: 1, most: 1, make: func(c *call) []Value { return c.floats(c.alongRows((*graph.Builder).LogSoftmaxAxis)) }},
	"Hardmax":    {least: 1, most: 1, make: func(c *call) []Value { return c.floats(c.alongRows(hardmax)) }},
}

// alongRows applies f along an axis; before version 13 along that and all that follow as one.
func (c *call) alongRows(f func(b *graph.Builder, x node, axis int) node) node {
	x, shape := c.float(0), c.dims(0)
	if c.version >= 13 {
		return f(c.Builder, x, c.axis(c.intAttr("axis", -1), len(shape)))
	}
	axis := c.axisUpTo(c.intAttr("axis", 1), len(shape))
	rows := c.Reshape(x, size(shape[:axis]), size(shape[axis:]))
	return c.Reshape(f(c.Builder, rows, 1), shape...)
}

// axisUpTo is axis, which may also be behind the last one.
func (c *call) axisUpTo(axis, rank int) int {
	if axis == rank {
		return axis
	}
	return c.axis(axis, rank)
}

// hardmax is 1 at the first largest element along the axis, 0 elsewhere.
func hardmax(b *graph.Builder, x node, axis int) node {
	n := b.Shape(x)[axis]
	first := b.Slice(b.ArgSort(x, axis, graph.Descending), spans(axis, graph.Range(0, 1))...)
	return b.MoveAxes(b.OneHot(b.Squeeze(first, axis), n), []int{-1}, []int{axis})
}
