package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// poolRules are those of pools.
var poolRules = map[string]rule{
	"MaxPool":     {least: 1, most: 1, make: maxPool},
	"AveragePool": {least: 1, most: 1, make: averagePool},
	"LpPool":      {least: 1, most: 1, make: lpPool},
	"MaxUnpool":   {least: 2, most: 3, settings: []int{2}, indices: []int{1}, make: maxUnpool},

	"GlobalAveragePool": global(nn.GlobalAvgPool),
	"GlobalMaxPool":     global(nn.GlobalMaxPool),
	"GlobalLpPool": {least: 1, most: 1, make: func(c *call) []Value {
		p := c.norm()
		return global(func(b *graph.Builder, x node) node {
			return b.Norm(x, p, sequence(2, len(b.Shape(x)))...)
		}).make(c)
	}},
}

// norm returns the attribute p of a norm, which was a float in version 1.
func (c *call) norm() float64 {
	if a := c.Attrs["p"]; a != nil && a.Kind == onnxfile.AttrFloat {
		return c.floatAttr("p", 2)
	}
	return float64(c.intAttr("p", 2))
}

// pooling is a pool: its windows, and the padding of the images. Windows that reach over the end
// need padding of their own.
type pooling struct {
	nn.PoolOptions
	before, after, over []int
}

// pooling reads the attributes. Of ceil_mode it keeps windows that begin in the image.
func (c *call) pooling() pooling {
	w := c.windows(nil)
	p := pooling{before: w.Pad, after: w.PadEnd, over: make([]int, len(w.Pad))}
	p.Kernel, p.Stride, p.Dilation = w.kernel, w.Stride, w.Dilation
	ceil := c.boolAttr("ceil_mode", false)
	for i, n := range c.spatial() {
		all := (w.kernel[i]-1)*w.Dilation[i] + 1
		rest := n + w.Pad[i] + w.PadEnd[i] - all
		if rest < 0 {
			c.malformed("got a window of %d pixels on axis %d of %v, want no more than there are", all, 2+i, c.dims(0))
		}
		if over := rest % w.Stride[i]; ceil && over > 0 && (rest/w.Stride[i]+1)*w.Stride[i] < n+w.Pad[i] {
			p.over[i] = w.Stride[i] - over
		}
	}
	return p
}

// padded returns images with their padding, whose elements are v.
func (c *call) padded(x node, p pooling, v float64) node {
	after := slices.Clone(p.after)
	for i := range after {
		after[i] += p.over[i]
	}
	return c.PadConst(x, p.before, after, v)
}

// pool applies a pool. Padding that pools have is left to them: theirs counts as v.
func (c *call) pool(f func(b *graph.Builder, x node, o nn.PoolOptions) node, x node, p pooling, v float64) node {
	own := slices.Equal(p.before, p.after) && !slices.ContainsFunc(p.over, func(n int) bool { return n > 0 })
	for i, n := range p.before {
		own = own && 2*n <= p.Kernel[i]
	}
	if !own {
		return f(c.Builder, c.padded(x, p, v), p.PoolOptions)
	}
	p.Pad = p.before
	return f(c.Builder, x, p.PoolOptions)
}

// maxPool also returns where the largest elements are: their row-major numbers in x.
func maxPool(c *call) []Value {
	columns, p := c.intAttr("storage_order", 0) == 1, c.pooling()
	if len(c.Out) < 2 || c.Out[1] == "" {
		return c.floats(c.pool(nn.MaxPool, c.float(0), p, math.Inf(-1)))
	}
	elements := c.inWindows(c.padded(c.float(0), p, math.Inf(-1)), p.PoolOptions) // [N, C, Out..., windows]
	numbers := c.inWindows(c.padded(c.numbers(columns), p, 0), p.PoolOptions)
	axis, n := len(c.dims(0)), size(p.Kernel)
	_, last := c.CumMax(c.Flip(elements, axis), axis)
	first := c.Sub(c.Scalar(float64(n-1)), c.AsFloats(c.Slice(last, spans(axis, graph.Range(n-1, n))...)))
	pick := func(x node) node { return c.Squeeze(c.Gather(x, c.AsInts(first), axis), axis) }
	return append(c.floats(pick(elements)), c.indices(pick(numbers))...)
}

// inWindows returns the elements of each window along a new last axis.
func (c *call) inWindows(x node, o nn.PoolOptions) node {
	s := c.Shape(x)
	k := len(s) - 2
	counts := make([]int, k)
	for i, n := range s[2:] {
		counts[i] = (n-(o.Kernel[i]-1)*o.Dilation[i]-1)/o.Stride[i] + 1
	}
	var taps []node
	for t := range size(o.Kernel) {
		all := slices.Repeat([]graph.Span{graph.All()}, len(s))
		for i := k - 1; i >= 0; i-- {
			from := t % o.Kernel[i] * o.Dilation[i]
			all[2+i] = graph.Span{Start: from, Stop: from + (counts[i]-1)*o.Stride[i] + 1, Step: o.Stride[i]}
			t /= o.Kernel[i]
		}
		taps = append(taps, c.Slice(x, all...))
	}
	return c.Stack(len(s), taps...)
}

// numbers returns the numbers of the elements of operand 0, in which the last axis varies
// fastest; with columns, it is the first spatial axis.
func (c *call) numbers(columns bool) node {
	s := c.dims(0)
	if c.isNarrow() && size64(s) > largestExact {
		c.refuse("got the indices of a pool of %v, which are computed in float32, which holds integers up to %d", s, largestExact)
	}
	v := make([]float64, size(s))
	for i := range v {
		v[i] = float64(i)
	}
	if !columns {
		return c.Const(v, s...)
	}
	turned, perm := slices.Clone(s), []int{0, 1}
	slices.Reverse(turned[2:])
	for i := len(s) - 1; i >= 2; i-- {
		perm = append(perm, i)
	}
	return c.Transpose(c.Const(v, turned...), perm...)
}

// averagePool divides by the number of elements of the window: those inside of the image, or
// with count_include_pad those of the padding too.
func averagePool(c *call) []Value {
	x, p := c.float(0), c.pooling()
	padding := c.boolAttr("count_include_pad", false)
	if !slices.ContainsFunc(slices.Concat(p.before, p.after, p.over), func(n int) bool { return n > 0 }) {
		return c.floats(nn.AvgPool(c.Builder, x, p.PoolOptions))
	}
	shape := slices.Clone(c.dims(0))
	shape[0], shape[1] = 1, 1
	ones := c.Broadcast(c.Scalar(1), shape...)
	if padding { // but not what windows reach over the end
		ones = c.PadConst(c.PadConst(ones, p.before, p.after, 1), make([]int, len(p.over)), p.over, 0)
	} else {
		ones = c.padded(ones, p, 0)
	}
	return c.floats(c.Div(c.pool(nn.SumPool, x, p, 0), nn.SumPool(c.Builder, ones, p.PoolOptions)))
}

// lpPool is the p-norm of windows.
func lpPool(c *call) []Value {
	n := c.norm()
	f := func(b *graph.Builder, x node, o nn.PoolOptions) node { return nn.LPPool(b, x, n, o) }
	return c.floats(c.pool(f, c.Abs(c.float(0)), c.pooling(), 0))
}

// maxUnpool puts elements back where a pool found them, and 0 elsewhere.
func maxUnpool(c *call) []Value {
	s, k := c.dims(0), len(c.spatial())
	kernel := c.kernel(k, nil)
	stride, pads := c.perAxis("strides", k, 1, 1), c.perAxis("pads", 2*k, 0, 0)
	shape := slices.Clone(s)
	for i := range k {
		shape[2+i] = (s[2+i]-1)*stride[i] + kernel[i] - pads[i] - pads[k+i]
	}
	least := slices.Clone(shape)
	if c.has(2) {
		if shape = c.ints(2); len(shape) != len(s) || slices.ContainsFunc(shape, func(d int) bool { return d < 0 }) {
			c.malformed("got the extents %v for %v, want one for each axis", shape, s)
		}
	}
	flat := c.Reshape(c.Broadcast(c.Scalar(0), least...), size(least))
	y := special.PutFlat(c.Builder, flat, c.float(0), c.indexOf(1, size(least)))
	y = c.Reshape(y, least...)
	before, after := make([]int, len(s)), make([]int, len(s))
	for i := range s {
		after[i] = shape[i] - least[i]
	}
	return c.floats(c.PadConst(y, before, after, 0))
}
