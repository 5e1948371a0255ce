package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file puts right what is wrong with gorgonia's CTC loss, which runs by its
// own Do: its operands are logarithms of probabilities [T, N, C], labels, and the
// lengths of the inputs and the labels, [N].

// doForeign runs Do. The derivative of the CTC loss reads what the loss left
// inside of the operator, which may have run on other operands since: the loss is
// computed again before it.
func doForeign(o gorgonia.Op, vals []gorgonia.Value) (gorgonia.Value, error) {
	if f := fieldsOf(o); f.name() == "ctcLossDiffOp" {
		if loss := f.operator("ctcLossOp"); loss != nil {
			if _, err := loss.Do(vals[:4]...); err != nil {
				return nil, err
			}
		}
	}
	return o.Do(vals...)
}

// isMeanCTC says whether f are those of a CTC loss that averages: each example's loss is
// divided by the number of its labels, at least 1, and by that of the examples.
// Gorgonia's derivative divides by neither.
func isMeanCTC(f fields) bool {
	return f.name() == "ctcLossOp" && gorgonia.Reduction(f.uint("reduction")) == gorgonia.ReductionMean
}

// meanCTC is the rule of a loss that averages, from gorgonia's.
func meanCTC(rule func(c *Ctx, a Applied, d *gorgonia.Node) []*gorgonia.Node) func(c *Ctx, a Applied, d *gorgonia.Node) []*gorgonia.Node {
	return func(c *Ctx, a Applied, d *gorgonia.Node) []*gorgonia.Node {
		grads := rule(c, a, d)
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
