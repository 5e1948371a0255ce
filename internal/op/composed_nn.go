package op

import (
	"fmt"
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// This file reads the pools and normalisations of gorgonia's.

// composePool reads pools and their derivatives: of the operands x, result and
// gradient. Averages count the padding as zeros, as PyTorch's do.
func composePool(c *Ctx, p plainNode) *gorgonia.Node {
	e, back, fill := &MaxPool, &MaxPoolScatter, math.Inf(-1)
	if name := p.f.name(); name == "avgPoolOp" || name == "avgPoolDiffOp" {
		e, back, fill = &AvgPool, nil, 0
	}
	x := p.in[0]
	w := Windows{Kernel: []int{p.f.int("h"), p.f.int("w")}, Stride: []int{p.f.int("strideH"), p.f.int("strideW")},
		Pad: []int{0, 0}, Dilation: []int{1, 1}}
	before := []int{p.f.int("padNorth"), p.f.int("padWest")}
	after := []int{p.f.int("padSouth"), p.f.int("padEast")}
	if p.f.err() != nil {
		return nil
	}
	framed := false
	for i := range before {
		framed = framed || before[i] != after[i] || 2*before[i] > w.Kernel[i]
	}
	if framed {
		x = c.framed(x, before, after, fill)
	} else {
		w.Pad = before
	}
	a := w.attrs(c.Shape(x))
	if e == &AvgPool {
		a = a.With("countpad", true)
	}
	if len(p.in) == 1 {
		return c.Apply(e, a, x)
	}
	var d *gorgonia.Node
	if back != nil {
		d = c.Apply(back, a, x, p.in[2])
	} else {
		d = AvgPool.VJP(c, Applied{e, a, []*gorgonia.Node{x}, nil}, p.in[2])[0]
	}
	if !framed {
		return d
	}
	return c.Slice(d, frameRanges(p.out.Shape, before))
}

// frameRanges are the places of images of the shape s inside of a frame.
func frameRanges(s ir.Shape, before []int) []Range {
	return []Range{{0, s[0], 1}, {0, s[1], 1}, {before[0], before[0] + s[2], 1}, {before[1], before[1] + s[3], 1}}
}

// framed puts places of the value fill around images.
func (c *Ctx) framed(x *gorgonia.Node, before, after []int, fill float64) *gorgonia.Node {
	for i, axis := range []int{2, 3} {
		s := c.Shape(x)
		if c.Err != nil {
			return nil
		}
		parts := []*gorgonia.Node{x}
		one := c.Reshape(c.Slice(x, []Range{{0, 1, 1}, {0, 1, 1}, {0, 1, 1}, {0, 1, 1}}), ir.Shape{})
		border := func(n int) *gorgonia.Node {
			b := s.Clone()
			b[axis] = n
			return c.Broadcast(c.Fill(one, fill), b)
		}
		if before[i] > 0 {
			parts = append([]*gorgonia.Node{border(before[i])}, parts...)
		}
		if after[i] > 0 {
			parts = append(parts, border(after[i]))
		}
		x = c.Concat(axis, parts...)
	}
	return x
}

// composeUpsample repeats each place of the images stride+1 times both ways.
func composeUpsample(c *Ctx, p plainNode) *gorgonia.Node {
	n := p.f.int("stride") + 1
	return c.Repeat(c.Repeat(p.in[0], 2, n), 3, n)
}

// composeUpsampleDiff sums the gradient, operand 2, over the places of each.
func composeUpsampleDiff(c *Ctx, p plainNode) *gorgonia.Node {
	s, n := p.out.Shape, p.f.int("stride")+1
	return c.Sum(c.Reshape(p.in[2], ir.Shape{s[0], s[1], s[2], n, s[3], n}), []int{3, 5}, false)
}

// standardize is (x − mean)/√(variance + eps) over the axes, and the factor 1/√.
func (c *Ctx) standardize(x *gorgonia.Node, eps float64, axes []int) (y, scale *gorgonia.Node) {
	e := c.Sub(x, c.Mean(x, axes, true))
	scale = c.Rsqrt(c.AddConst(c.Mean(c.Square(e), axes, true), eps))
	return c.Mul(e, scale), scale
}

// standardizeGrad is the gradient of x for d, that of standardize's y:
// (d − mean d − y·mean(d·y))·scale.
func (c *Ctx) standardizeGrad(x, d *gorgonia.Node, eps float64, axes []int) *gorgonia.Node {
	y, scale := c.standardize(x, eps, axes)
	e := c.Sub(d, c.Mean(d, axes, true))
	return c.Mul(scale, c.Sub(e, c.Mul(y, c.Mean(c.Mul(d, y), axes, true))))
}

// composeBatchNorm standardizes each channel, in training over the batch, else by
// the running statistics that the operator keeps. The derivative has the
// operands x and gradient.
func composeBatchNorm(c *Ctx, p plainNode) *gorgonia.Node {
	b := p.batchNorm()
	x := p.in[0]
	s := c.Shape(x)
	if b == nil || len(s) < 2 {
		return nil
	}
	axes := batchAxes(s)
	eps := p.f.float("epsilon")
	if p.f.bool("training") {
		if len(p.in) == 2 {
			return c.standardizeGrad(x, p.in[1], eps, axes)
		}
		y, _ := c.standardize(x, eps, axes)
		return y
	}
	mean, variance := b.Stats()
	shape := make(ir.Shape, len(s))
	for i := range shape {
		shape[i] = 1
	}
	shape[1] = s[1]
	kept := func(name string, v tensor.Tensor) *gorgonia.Node {
		leaf := c.Leaf(ir.Type{DType: p.out.DType, Shape: ir.Shape{s[1]}}, fmt.Sprintf("batchnorm %p %s", b, name))
		if c.Err == nil {
			c.Err = Let(leaf, v)
		}
		return c.Reshape(leaf, shape)
	}
	scale := c.Rsqrt(c.AddConst(kept("variance", variance), eps))
	if len(p.in) == 2 {
		return c.Mul(p.in[1], scale)
	}
	return c.Mul(c.Sub(x, kept("mean", mean)), scale)
}

// batchNorm is the batch normalisation that p applies or differentiates.
func (p plainNode) batchNorm() *gorgonia.BatchNormOp {
	if b, ok := p.n.Op().(*gorgonia.BatchNormOp); ok {
		return b
	}
	b, _ := p.f.operator("BatchNormOp").(*gorgonia.BatchNormOp)
	return b
}

// batchAxes are all axes but the channels.
func batchAxes(s ir.Shape) []int {
	axes := []int{0}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes
}

// composeGroupNorm standardizes each group of channels of each example.
func composeGroupNorm(c *Ctx, p plainNode) *gorgonia.Node {
	s, eps := p.out.Shape, p.f.float("epsilon")
	groups := ir.Shape{s[0], p.f.int("numGroups"), -1}
	x := c.Reshape(p.in[0], groups)
	if len(p.in) == 2 {
		return c.Reshape(c.standardizeGrad(x, c.Reshape(p.in[1], groups), eps, []int{2}), s)
	}
	y, _ := c.standardize(x, eps, []int{2})
	return c.Reshape(y, s)
}
