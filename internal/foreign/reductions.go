package foreign

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// reductions are the operators that fold axes, or compare the elements along one.
var reductions = []row{
	{name: "sumOp", operands: 1, read: fold(&op.Sum), doubts: foldDoubts},
	{name: "maxOp", operands: 1, read: fold(&op.ReduceMax), doubts: foldDoubts},
	{name: "softmaxOp", operands: 1, read: readSoftmax, doubts: []doubt{
		{WrongValue, "gorgonia's softmax overflows where the largest element of a row is far from its first", nil},
		{MayBeMerged, "SoftMax and LogSoftMax of one operand are one node", nil},
	}},
	{name: "softmaxDiffOp", operands: 3, read: composed(softmaxGrad)},
	{name: "sparsemaxOp", operands: 1, read: composed(sparsemax), doubts: []doubt{
		{MayBeMerged, "sparsemax of one operand is one node, whatever the axis", nil},
	}},
	{name: "sparsemaxDiffOp", operands: 2, read: composed(sparsemaxGrad)},
}

var foldDoubts = []doubt{{WrongValue, "gorgonia folds axis 2 of a tensor with four axes wrongly", func(n node) bool {
	return len(n.shape(0)) == 4 && slices.Contains(n.ints("along"), 2)
}}}

// fold reads a reduction over some axes.
func fold(e *op.Entry) reader {
	return func(_ *op.Ctx, n node) op.Applied {
		axes := n.ints("along")
		slices.Sort(axes)
		return n.apply(e, ir.A("axes", slices.Compact(axes), "keep", false))
	}
}

// axisOf is the axis of x that the field axis says, counted from 0.
func axisOf(c *op.Ctx, x *gorgonia.Node, f fields) int {
	axis, err := c.Type(x).Axis(f.int("axis"))
	if err != nil {
		c.Fail(f.v.Type().Name(), "", []*gorgonia.Node{x}, err)
	}
	return axis
}

// softmaxRow is the row of a softmax or of its logarithm.
func softmaxRow(n node) *op.Entry {
	if n.bool("isLog") {
		return &op.LogSoftmax
	}
	return &op.Softmax
}

func readSoftmax(c *op.Ctx, n node) op.Applied {
	return n.apply(softmaxRow(n), ir.A("axis", axisOf(c, n.in[0], n.fields)))
}

// softmaxGrad has the operands x, result and gradient.
func softmaxGrad(c *op.Ctx, n node) *gorgonia.Node {
	axis := ir.A("axis", axisOf(c, n.in[0], n.fields))
	return back(c, softmaxRow(n), axis, n.in[0], n.in[1], n.in[2])
}

// back is the gradient of x, the only operand of e, given d, that of the result y.
func back(c *op.Ctx, e *op.Entry, a ir.Attrs, x, y, d *gorgonia.Node) *gorgonia.Node {
	grads := c.Gradients(op.Applied{Entry: e, Attrs: a, In: []*gorgonia.Node{x}, Out: y}, d, func(*gorgonia.Node) bool { return true })
	if c.Err != nil {
		return nil
	}
	return grads[0]
}

// sparsemax is max(x − τ, 0), with the τ for which the sum along the axis is 1
// (Martins and Astudillo 2016, algorithm 1).
func sparsemax(c *op.Ctx, n node) *gorgonia.Node {
	x := n.in[0]
	axis := axisOf(c, x, n.fields)
	z := c.Sort(x, axis, true)
	k := c.CumSum(c.Fill(z, 1), axis)
	in := c.Gt(c.AddConst(c.Mul(k, z), 1), c.CumSum(z, axis))
	axes := []int{axis}
	tau := c.Div(c.AddConst(c.Sum(c.Mul(in, z), axes, true), -1), c.Sum(in, axes, true))
	return c.Relu(c.Sub(x, tau))
}

// sparsemaxGrad has the operands result and gradient. The axis is that of the
// operator of the result.
func sparsemaxGrad(c *op.Ctx, n node) *gorgonia.Node {
	y, d := n.in[0], n.in[1]
	if !isOp(y, "sparsemaxOp") {
		return nil
	}
	axes := []int{axisOf(c, y, n.of(y.Op()))}
	in := c.GtConst(y, 0)
	d = c.Mul(in, d)
	return c.Mul(in, c.Sub(d, c.Div(c.Sum(d, axes, true), c.Sum(in, axes, true))))
}
