package foreign

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// norms are the normalisations, and dropout: the operators that know training from
// evaluation.
var norms = []row{
	{name: "BatchNormOp", operands: 1, read: composed(batchNorm), settings: flag("training"), doubts: normDoubts},
	{name: "batchnormDiffOp", operands: 2, read: composed(batchNorm)},
	{name: "GroupNormOp", operands: 1, read: composed(groupNorm), doubts: normDoubts},
	{name: "groupNormDiffOp", operands: 2, read: composed(groupNorm)},
	{name: "dropoutOp", operands: 1, read: composed(dropout), settings: flag("isTraining"), doubts: []doubt{
		{WrongGradient, "gorgonia divides the gradient of dropout by the wrong probability", nil},
		{MayBeMerged, "dropouts of one operand are one node, whatever their probabilities", nil},
	}},
	{name: "dropoutDiffOp", operands: 3, read: composed(dropout)},
}

var normDoubts = []doubt{{MayBeMerged,
	"normalisations of one operand are one node, whatever their epsilons, unless the first digit behind the point differs", nil}}

// standardize is (x − mean)/√(variance + eps) over the axes, and the factor 1/√.
func standardize(c *op.Ctx, x *gorgonia.Node, eps float64, axes []int) (y, scale *gorgonia.Node) {
	e := c.Sub(x, c.Mean(x, axes, true))
	scale = c.Rsqrt(c.AddConst(c.Mean(c.Square(e), axes, true), eps))
	return c.Mul(e, scale), scale
}

// standardizeGrad is the gradient of x given d, that of standardize's y:
// (d − mean d − y·mean(d·y))·scale.
func standardizeGrad(c *op.Ctx, x, d *gorgonia.Node, eps float64, axes []int) *gorgonia.Node {
	y, scale := standardize(c, x, eps, axes)
	e := c.Sub(d, c.Mean(d, axes, true))
	return c.Mul(scale, c.Sub(e, c.Mul(y, c.Mean(c.Mul(d, y), axes, true))))
}

// batchNorm standardizes each channel: in training over the batch, else by the
// running statistics, which the operator keeps. The derivative has the operands x
// and gradient.
func batchNorm(c *op.Ctx, n node) *gorgonia.Node {
	x := n.in[0]
	s, eps := c.Shape(x), n.float("epsilon")
	b, ok := n.node.Op().(interface {
		Stats() (mean, variance tensor.Tensor)
	})
	if !ok || len(s) < 2 {
		return nil
	}
	if n.bool("training") {
		return standardizeChannels(c, x, n.in[1:], eps)
	}
	mean, variance := b.Stats()
	kept := func(v tensor.Tensor) *gorgonia.Node {
		leaf := c.Leaf(ir.Type{DType: n.out.DType, Shape: ir.Shape{s[1]}}, fmt.Sprintf("running statistics %p", v))
		if c.Err == nil {
			c.Err = op.Let(leaf, v)
		}
		shape := slices.Repeat(ir.Shape{1}, len(s))
		shape[1] = s[1]
		return c.Reshape(leaf, shape)
	}
	scale := c.Rsqrt(c.AddConst(kept(variance), eps))
	if len(n.in) == 2 {
		return c.Mul(n.in[1], scale)
	}
	return c.Mul(c.Sub(x, kept(mean)), scale)
}

// standardizeChannels is standardize for each channel, by the moments of all examples; or,
// given d, its gradient.
func standardizeChannels(c *op.Ctx, x *gorgonia.Node, d []*gorgonia.Node, eps float64) *gorgonia.Node {
	mean, variance := c.Moments(x)
	scale := c.Rsqrt(c.AddConst(variance, eps))
	if len(d) == 0 {
		return c.Affine(x, mean, scale, c.Fill(scale, 0))
	}
	s := c.Shape(x)
	sum, with := c.Comoments(x, mean, d[0])
	each := -1 / float64(max(1, s.Size()/max(1, s[1])))
	rest := c.Affine(x, mean, c.Scale(c.Mul(with, c.Cube(scale)), each), c.Scale(c.Mul(sum, scale), each))
	return c.Add(c.ByChannel(d[0], scale), rest)
}

// Running is a statistic that a batch normalisation keeps inside of its operator.
// A run in training moves it towards that of the batch: Kept += Momentum·(Batch −
// Kept).
type Running struct {
	Kept     tensor.Tensor
	Batch    *gorgonia.Node // one number for each channel
	Momentum float64
}

// RunningStats are the mean and the variance that n keeps, if it is a batch
// normalisation that trains. The variance of the batch is the unbiased one, which a
// batch of one example has not.
func RunningStats(c *op.Ctx, n *gorgonia.Node) []Running {
	b, ok := n.Op().(*gorgonia.BatchNormOp)
	if !ok {
		return nil
	}
	f, x := fieldsOf(b), op.Operands(n)[0]
	s, training, momentum := c.Shape(x), f.bool("training"), f.float("momentum")
	if err := f.err(); err != nil {
		c.Fail("batchnorm", op.NameOf(n), nil, err)
	}
	if c.Err != nil || !training || len(s) < 2 {
		return nil
	}
	mean, variance := b.Stats()
	now, biased := c.Moments(x)
	out := []Running{{mean, now, momentum}}
	if n := float64(s.Size() / max(1, s[1])); n > 1 {
		out = append(out, Running{variance, c.Scale(biased, n/(n-1)), momentum})
	}
	return out
}

// groupNorm standardizes each group of channels of each example. The derivative
// has the operands x and gradient.
func groupNorm(c *op.Ctx, n node) *gorgonia.Node {
	s, eps := n.out.Shape, n.float("epsilon")
	groups := ir.Shape{s[0], n.int("numGroups"), -1}
	x := c.Reshape(n.in[0], groups)
	if len(n.in) == 2 {
		return c.Reshape(standardizeGrad(c, x, c.Reshape(n.in[1], groups), eps, []int{2}), s)
	}
	y, _ := standardize(c, x, eps, []int{2})
	return c.Reshape(y, s)
}

// dropout is x times a mask. The derivative has the operands x, result and
// gradient, and the mask of the result: the ID of the dropout node stands for it.
func dropout(c *op.Ctx, n node) *gorgonia.Node {
	x, id := n.in[0], n.node.ID()
	if len(n.in) == 3 {
		x, id = n.in[2], n.in[1].ID()
	}
	drop := n.float("probability")
	switch {
	case drop <= 0 || !n.bool("isTraining"):
		return x
	case drop >= 1:
		return c.Fill(x, 0)
	}
	step := c.Leaf(ir.Type{DType: ir.Int, Shape: ir.Shape{}}, op.StepInput)
	return c.Mul(x, c.DropMask(op.Draw{Step: step, Stream: int(id)}, x, 1-drop))
}
