package foreign

import (
	"math"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// others are constants, statements, and what runs by its own Do.
var others = []row{
	{name: "constantScalar", constant: true},
	{name: "constantTensor", constant: true, doubts: []doubt{
		{MayBeMerged, "constants whose text is equal are one node, and the text leaves out elements", func(n node) bool {
			return strings.Contains(n.node.Name(), "...") || strings.Contains(n.node.Name(), "\n.\n")
		}},
	}},
	{name: "readOp"}, {name: "letOp"}, // statements: gorgonia.Read and gorgonia.Set
	{name: "devTrans"}, {name: "ExternalOp"}, {name: "clampOp"}, // no function of gorgonia's makes nodes of them
	{name: "dtConvOp"}, {name: "yoloOp"},
	{name: "randomOp", doubts: []doubt{
		{MayBeMerged, "random nodes of one shape are one node, and no seed makes them draw the same numbers again", nil},
	}},
	{name: "ctcLossOp", operands: 4, mend: meanCTC, doubts: []doubt{
		{WrongGradient, "gorgonia's derivative of a mean CTC loss is that of the sum, not divided by the lengths", isMeanCTC},
		{MayBeMerged, "CTC losses of the same operands are one node, whether they sum or average", nil},
	}},
	{name: "ctcLossDiffOp", operands: 4, do: doCTCGrad},
}

// The CTC loss has the operands logarithms of probabilities [T, N, C], labels, and
// the lengths of the inputs and of the labels, [N].

// doCTCGrad computes the derivative of a CTC loss. It reads what the loss left
// inside of the operator, which may have run on other operands since. So the loss
// is computed again first.
func doCTCGrad(o gorgonia.Op, in ...gorgonia.Value) (gorgonia.Value, error) {
	if loss := fieldsOf(o).operator("ctcLossOp"); loss != nil {
		if _, err := loss.Do(in[:4]...); err != nil {
			return nil, err
		}
	}
	return o.Do(in...)
}

// isMeanCTC says whether n is a CTC loss that averages: each example's loss is
// divided by the number of its labels, at least 1, and by that of the examples.
// Gorgonia's derivative divides by neither.
func isMeanCTC(n node) bool { return gorgonia.Reduction(n.int("reduction")) == gorgonia.ReductionMean }

// meanCTC is the rule of a CTC loss, from gorgonia's.
func meanCTC(n node, gorgonias rule) rule {
	if !isMeanCTC(n) {
		return gorgonias
	}
	return func(c *op.Ctx, a op.Applied, d *gorgonia.Node) []*gorgonia.Node {
		grads := gorgonias(c, a, d)
		s := c.Shape(a.In[1])
		if c.Err != nil || grads[0] == nil {
			return grads
		}
		most, examples := s[len(s)-1], c.Shape(a.In[3])[0]
		is := c.OneHot(a.In[3], most+1, a.In[0]) // [N, most+1]
		number := c.AddConst(c.CumSum(c.Fill(is, 1), 1), -1)
		length := c.Sum(c.Mul(is, c.Clamp(number, 1, math.Inf(1))), []int{1}, false)
		scale := c.Reciprocal(c.Scale(length, float64(examples)))
		grads[0] = c.Mul(grads[0], c.Reshape(scale, ir.Shape{examples, 1}))
		return grads
	}
}
