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
	b, x := batchNormOf(n), n.in[0]
	s, eps := c.Shape(x), n.float("epsilon")
	if b == nil || len(s) < 2 {
		return nil
	}
	if n.bool("training") {
		if len(n.in) == 2 {
			return standardizeGrad(c, x, n.in[1], eps, batchAxes(s))
		}
		y, _ := standardize(c, x, eps, batchAxes(s))
		return y
	}
	mean, variance := b.Stats()
	kept := func(name string, v tensor.Tensor) *gorgonia.Node {
		leaf := c.Leaf(ir.Type{DType: n.out.DType, Shape: ir.Shape{s[1]}}, fmt.Sprintf("batchnorm %p %s", b, name))
		if c.Err == nil {
			c.Err = op.Let(leaf, v)
		}
		shape := slices.Repeat(ir.Shape{1}, len(s))
		shape[1] = s[1]
		return c.Reshape(leaf, shape)
	}
	scale := c.Rsqrt(c.AddConst(kept("variance", variance), eps))
	if len(n.in) == 2 {
		return c.Mul(n.in[1], scale)
	}
	return c.Mul(c.Sub(x, kept("mean", mean)), scale)
}

// batchNormOf is the batch normalisation that n applies or differentiates.
func batchNormOf(n node) *gorgonia.BatchNormOp {
	if b, ok := n.Op().(*gorgonia.BatchNormOp); ok {
		return b
	}
	b, _ := n.operator("BatchNormOp").(*gorgonia.BatchNormOp)
	return b
}

// batchAxes are all axes but that of the channels.
func batchAxes(s ir.Shape) []int {
	axes := []int{0}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes
}

// RunningStats are the statistics of a batch normalisation that trains, and what
// one batch moves them by.
type RunningStats struct {
	Mean, Variance tensor.Tensor // inside of the operator
	Momentum       float64       // the weight of the batch
	// OfMean and OfVariance are the statistics of the batch: nodes of one number
	// for each channel. The variance is the unbiased one; nil for one example.
	OfMean, OfVariance *gorgonia.Node
}

// RunningStatsOf are those of n; false if n is no batch normalisation that trains.
func RunningStatsOf(c *op.Ctx, n *gorgonia.Node) (s RunningStats, ok bool) {
	b, isNorm := n.Op().(*gorgonia.BatchNormOp)
	if !isNorm {
		return s, false
	}
	f, x := fieldsOf(b), op.Operands(n)[0]
	shape := c.Shape(x)
	training, momentum := f.bool("training"), f.float("momentum")
	if err := f.err(); err != nil {
		c.Fail("batchnorm", op.NameOf(n), nil, err)
		return s, false
	}
	if !training || len(shape) < 2 {
		return s, false
	}
	s.Mean, s.Variance = b.Stats()
	s.Momentum = momentum
	axes := batchAxes(shape)
	s.OfMean = c.Mean(x, axes, false)
	if shape.Size() > shape[1] {
		s.OfVariance = c.Variance(x, axes, 1, false)
	}
	return s, true
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
	x, id := n.in[0], n.ID()
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
	return c.Mul(x, c.DropMask(x, step, 1-drop, 0, int(id)))
}
