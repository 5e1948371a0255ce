package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"gorgonia.org/gorgonia"
)

// reduceRules are those of reductions over axes.
var reduceRules = map[string]rule{
	"ReduceSum":       reduction(13, (*graph.Builder).Sum),
	"ReduceMean":      reduction(18, (*graph.Builder).Mean),
	"ReduceProd":      reduction(18, (*graph.Builder).Prod),
	"ReduceMax":       reduction(18, extreme((*graph.Builder).Max, math.Inf(-1))),
	"ReduceMin":       reduction(18, extreme((*graph.Builder).Min, math.Inf(1))),
	"ReduceL1":        reduction(18, func(b *graph.Builder, x node, axes ...int) node { return b.Norm(x, 1, axes...) }),
	"ReduceL2":        reduction(18, func(b *graph.Builder, x node, axes ...int) node { return b.Norm(x, 2, axes...) }),
	"ReduceLogSum":    reduction(18, func(b *graph.Builder, x node, axes ...int) node { return b.Log(b.Sum(x, axes...)) }),
	"ReduceLogSumExp": reduction(18, (*graph.Builder).LogSumExp),
	"ReduceSumSquare": reduction(18, func(b *graph.Builder, x node, axes ...int) node { return b.Sum(b.Square(x), axes...) }),

	"ArgMax":  {least: 1, most: 1, make: func(c *call) []Value { return c.argExtreme((*graph.Builder).CumMax) }},
	"ArgMin":  {least: 1, most: 1, make: func(c *call) []Value { return c.argExtreme((*graph.Builder).CumMin) }},
	"CumSum":  {least: 2, most: 2, settings: []int{1}, make: func(c *call) []Value { return c.running((*graph.Builder).CumSum, 0) }},
	"CumProd": {least: 2, most: 2, settings: []int{1}, make: func(c *call) []Value { return c.running((*graph.Builder).CumProd, 1) }},
	"TopK":    {least: 1, most: 2, settings: []int{1}, make: topK},
}

// reduction drops axes, or keeps them with the extent 1. The axes are an operand since the
// version, an attribute before. Without axes it reduces all of them.
func reduction(version int64, f func(b *graph.Builder, x node, axes ...int) node) rule {
	return rule{least: 1, most: 2, settings: []int{1}, make: func(c *call) []Value {
		x, shape := c.float(0), c.dims(0)
		list, _ := c.list("axes", version, 1)
		keep, none := c.boolAttr("keepdims", true), false
		if c.version >= version {
			none = c.boolAttr("noop_with_empty_axes", false)
		}
		axes := c.axes(list, len(shape))
		switch {
		case len(list) == 0 && none || len(shape) == 0: // each element is reduced alone
			return c.whole(f(c.Builder, c.Unsqueeze(x, -1), len(shape)))
		case len(list) == 0:
			axes = sequence(0, len(shape))
		}
		y := f(c.Builder, x, axes...)
		if keep {
			for _, a := range axes {
				shape[a] = 1
			}
			y = c.Reshape(y, shape...)
		}
		return c.whole(y)
	}}
}

// extreme is the largest or the smallest element; none of an axis without elements.
func extreme(f func(b *graph.Builder, x node, axes ...int) node, none float64) func(b *graph.Builder, x node, axes ...int) node {
	return func(b *graph.Builder, x node, axes ...int) node {
		shape := b.Shape(x)
		if !slices.ContainsFunc(axes, func(a int) bool { return shape[a] == 0 }) {
			return f(b, x, axes...)
		}
		var rest []int
		for i, d := range shape {
			if !slices.Contains(axes, i) {
				rest = append(rest, d)
			}
		}
		return b.Broadcast(b.Scalar(none), rest...)
	}
}

// sequence returns the numbers from one to before another.
func sequence(from, to int) (list []int) {
	for ; from < to; from++ {
		list = append(list, from)
	}
	return list
}

// spans returns the Spans that cut one axis.
func spans(axis int, s graph.Span) []graph.Span {
	all := slices.Repeat([]graph.Span{graph.All()}, axis+1)
	all[axis] = s
	return all
}

// at returns the element i of an axis, which is dropped.
func (c *call) at(x node, axis, i int) node {
	return c.Squeeze(c.Slice(x, spans(axis, graph.Range(i, i+1))...), axis)
}

// argExtreme is the index of the first extreme element along an axis, or of the last one.
func (c *call) argExtreme(running func(b *graph.Builder, x node, axis int) (values, index node)) []Value {
	x, shape := c.float(0), c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(shape))
	keep, last, n := c.boolAttr("keepdims", true), c.boolAttr("select_last_index", false), shape[axis]
	if n == 0 {
		c.malformed("got no elements on axis %d of %v, want some", axis, shape)
	}
	if !last {
		x = c.Flip(x, axis)
	}
	_, index := running(c.Builder, x, axis)
	y := c.Slice(index, spans(axis, graph.Range(n-1, n))...)
	if !last {
		y = c.Sub(c.Scalar(float64(n-1)), c.AsFloats(y))
	}
	if !keep {
		y = c.Squeeze(y, axis)
	}
	return c.indices(y)
}

// running accumulates along an axis, forwards or backwards, with each element or without it.
func (c *call) running(f func(b *graph.Builder, x node, axis int) node, first float64) []Value {
	x, shape := c.float(0), c.dims(0)
	list := c.ints(1)
	if len(list) != 1 {
		c.malformed("got the axes %v, want one", list)
	}
	axis := c.axis(list[0], len(shape))
	exclusive, reverse := c.boolAttr("exclusive", false), c.boolAttr("reverse", false)
	if reverse {
		x = c.Flip(x, axis)
	}
	if exclusive {
		before, after := make([]int, len(shape)), make([]int, len(shape))
		before[axis], after[axis] = 1, -1
		x = c.PadConst(x, before, after, first)
	}
	y := f(c.Builder, x, axis)
	if reverse {
		y = c.Flip(y, axis)
	}
	return c.floats(c.wrap(c.kind(0), y))
}

// topK returns the largest or smallest elements of an axis in order, and where they are.
func topK(c *call) []Value {
	x, shape := c.float(0), c.dims(0)
	k, order := []int{0}, graph.Descending
	if c.version < 10 {
		k[0] = c.intAttr("k", 0)
	} else {
		k = c.ints(1)
	}
	axis := c.axis(c.intAttr("axis", -1), len(shape))
	if len(k) != 1 || k[0] < 0 || k[0] > shape[axis] {
		c.malformed("got k = %v, want 0 to %d, the extent of axis %d", k, shape[axis], axis)
	}
	if !c.boolAttr("largest", true) {
		order = graph.Ascending
	}
	c.ignore("sorted") // unsorted results may have any order
	index := c.Slice(c.ArgSort(x, axis, order), spans(axis, graph.Range(0, k[0]))...)
	return append(c.floats(c.Gather(x, index, axis)), c.indices(index)...)
}

// indices returns a result that is a node of 64-bit integers.
func (c *call) indices(n *gorgonia.Node) []Value { return c.typed(onnxfile.Int64, n) }
