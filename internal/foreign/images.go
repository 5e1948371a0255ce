package foreign

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// images are the operators on images [N, C, H, W]. Gorgonia's keep a state from
// forward to backward. Ours have none: the derivatives compute again what they
// need, and the compiler merges that with the forward part.
var images = []row{
	{name: "im2colOp", operands: 1, doubts: []doubt{
		{MayBeMerged, "convolutions that differ in their dilation are one node", nil},
	}, read: func(_ *op.Ctx, n node) op.Applied { return n.apply(&op.Im2Col, windowAttrs(n.fields)) }},
	{name: "col2imOp", operands: 1, read: func(_ *op.Ctx, n node) op.Applied {
		return n.apply(&op.Col2Im, windowAttrs(n.fields).With("in", n.pair("unpaddedH", "unpaddedW")))
	}},
	{name: "maxPoolOp", operands: 1, read: composed(maxPool), doubts: slices.Concat(padDoubts, []doubt{
		{MayBeMerged, "gorgonia.AveragePool1D makes a max pool, which this may be", func(n node) bool { return n.int("h") == 1 }},
	})},
	{name: "maxPoolDiffOp", operands: 3, read: composed(maxPool)},
	{name: "avgPoolOp", operands: 1, read: composed(avgPool), doubts: slices.Concat([]doubt{
		{WrongValue, "gorgonia divides by the width of the image, not by the size of a window", nil},
		{WrongGradient, "gorgonia's rule for average pools is wrong", nil},
	}, padDoubts)},
	{name: "avgPoolDiffOp", operands: 3, read: composed(avgPool)},
	{name: "globalAveragePoolOp", operands: 1, read: composed(func(c *op.Ctx, n node) *gorgonia.Node {
		return c.Mean(n.in[0], []int{2, 3}, true)
	})},
	{name: "upsampleOp", operands: 1, read: composed(upsample)},
	{name: "upsampleDiffOp", operands: 3, read: composed(upsampleGrad)},
}

// pair are two fields: for the rows and the columns of images.
func (f fields) pair(h, w string) []int { return []int{f.int(h), f.int(w)} }

// windowAttrs are the attributes of Im2Col.
func windowAttrs(f fields) ir.Attrs {
	return ir.A("kernel", f.pair("h", "w"), "stride", f.pair("strideH", "strideW"), "pad", f.pair("padH", "padW"), "dilation", f.pair("dilationH", "dilationW"))
}

var padDoubts = []doubt{
	{WrongValue, "gorgonia takes the padding behind the image for that before it", padsDiffer},
	{MayBeMerged, "pools that differ in the padding behind the image are one node", padsDiffer},
}

func padsDiffer(n node) bool {
	return n.int("padNorth") != n.int("padSouth") || n.int("padWest") != n.int("padEast")
}

func maxPool(c *op.Ctx, n node) *gorgonia.Node { return pool(c, n, &op.MaxPool, math.Inf(-1)) }

// avgPool counts the padding as zeros, as PyTorch does.
func avgPool(c *op.Ctx, n node) *gorgonia.Node { return pool(c, n, &op.AvgPool, 0, "countpad", true) }

// pool is a pool by the row e, or its derivative, which has the operands x, result
// and gradient. kv are further attributes. Where the row cannot have the padding,
// images get a frame of the value fill.
func pool(c *op.Ctx, n node, e *op.Entry, fill float64, kv ...any) *gorgonia.Node {
	x := n.in[0]
	w := op.Windows{Kernel: n.pair("h", "w"), Stride: n.pair("strideH", "strideW"), Pad: []int{0, 0}, Dilation: []int{1, 1}}
	before, after := n.pair("padNorth", "padWest"), n.pair("padSouth", "padEast")
	if n.err() != nil {
		return nil
	}
	framed := false
	for i := range before {
		framed = framed || before[i] != after[i] || 2*before[i] > w.Kernel[i]
	}
	if framed {
		x = frame(c, x, before, after, fill)
	} else {
		w.Pad = before
	}
	a := w.Attrs(c.Shape(x))
	for i := 0; i+1 < len(kv); i += 2 {
		a = a.With(kv[i].(string), kv[i+1])
	}
	if len(n.in) == 1 {
		return c.Apply(e, a, x)
	}
	d := back(c, e, a, x, nil, n.in[2])
	if !framed {
		return d
	}
	s := n.out.Shape
	return c.Slice(d, []op.Range{{Stop: s[0], Step: 1}, {Stop: s[1], Step: 1},
		{Start: before[0], Stop: before[0] + s[2], Step: 1}, {Start: before[1], Stop: before[1] + s[3], Step: 1}})
}

// frame puts pixels of the value fill around images.
func frame(c *op.Ctx, x *gorgonia.Node, before, after []int, fill float64) *gorgonia.Node {
	for i, axis := range []int{2, 3} {
		s := c.Shape(x)
		if c.Err != nil {
			return nil
		}
		first := op.Range{Stop: 1, Step: 1}
		one := c.Reshape(c.Slice(x, []op.Range{first, first, first, first}), ir.Shape{})
		border := func(n int) (parts []*gorgonia.Node) {
			if n == 0 {
				return nil
			}
			b := s.Clone()
			b[axis] = n
			return []*gorgonia.Node{c.Broadcast(c.Fill(one, fill), b)}
		}
		x = c.Concat(axis, slices.Concat(border(before[i]), []*gorgonia.Node{x}, border(after[i]))...)
	}
	return x
}

// upsample repeats each pixel stride+1 times in both directions.
func upsample(c *op.Ctx, n node) *gorgonia.Node {
	k := n.int("stride") + 1
	return c.Repeat(c.Repeat(n.in[0], 2, k), 3, k)
}

// upsampleGrad sums the gradient, operand 2, over what each pixel became.
func upsampleGrad(c *op.Ctx, n node) *gorgonia.Node {
	s, k := n.out.Shape, n.int("stride")+1
	return c.Sum(c.Reshape(n.in[2], ir.Shape{s[0], s[1], s[2], k, s[3], k}), []int{3, 5}, false)
}
