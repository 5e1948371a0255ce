package op

import (
	"math"

	"gorgonia.org/gorgonia"
)

// This file has folds that are made of several rows of the table.

// LogSumExp is log Σeˣ over the axes. It does not overflow: it is -Inf if all elements
// are, +Inf if one is, NaN if one is. Its derivative is softmax x, and 0 where the
// result is infinite. Several axes are made one first.
func (c *Ctx) LogSumExp(x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	axes, err := resolveAxes(t, axes)
	if err != nil {
		c.Fail("logsumexp", "", []*gorgonia.Node{x}, err)
		return nil
	}
	y := c.logSumExp(x, axes)
	if !keep {
		return y
	}
	kept := t.Shape.Clone()
	for _, a := range axes {
		kept[a] = 1
	}
	return c.Reshape(y, kept)
}

// Variance is Σ(x − mean)²/(n − correction) over the axes. The correction 1 gives the
// unbiased variance. It is computed in two passes.
func (c *Ctx) Variance(x *gorgonia.Node, axes []int, correction int, keep bool) *gorgonia.Node {
	mean := c.Mean(x, axes, true)
	if c.Err != nil {
		return nil
	}
	n := c.Shape(x).Size() / max(1, c.Shape(mean).Size())
	if n <= correction {
		c.Fail("variance", "", []*gorgonia.Node{x}, shapef("got %d elements and the correction %d, want more elements than that", n, correction))
		return nil
	}
	return c.Scale(c.Sum(c.Square(c.Sub(x, mean)), axes, keep), 1/float64(n-correction))
}

// Std is the square root of Variance. Its gradient is 0 where it is 0.
func (c *Ctx) Std(x *gorgonia.Node, axes []int, correction int, keep bool) *gorgonia.Node {
	return c.Root(c.Variance(x, axes, correction, keep), 2)
}

// Root is the p-th root of s ≥ 0. Its gradient is 0 where s is 0, though the slope is
// infinite there for p > 1. For p < 0 the root of 0 is +Inf.
func (c *Ctx) Root(s *gorgonia.Node, p float64) *gorgonia.Node {
	switch p {
	case 1:
		return s
	case 2:
		return c.Apply(&Root, nil, s)
	}
	zero := c.EqConst(s, 0)
	safe := c.Select(zero, c.Fill(s, 1), s)
	return c.Select(zero, c.Fill(s, math.Pow(0, 1/p)), c.PowConst(safe, 1/p))
}

// Norm is the p-norm (Σ|x|ᵖ)^(1/p) over the axes, for any p but 0; p = +Inf is
// the largest |x|, -Inf the smallest, and 0 counts the elements that are not 0.
// The gradient is 0 where the norm is 0. For p < 2 it is also 0 for each element that
// is 0.
func (c *Ctx) Norm(x *gorgonia.Node, p float64, axes []int, keep bool) *gorgonia.Node {
	switch {
	case math.IsNaN(p):
		c.Fail("norm", "", []*gorgonia.Node{x}, shapef("got the order %v, want a number", p))
		return nil
	case p == 0:
		return c.Sum(c.AddConst(c.Neg(c.EqConst(x, 0)), 1), axes, keep)
	case p == 1:
		return c.Sum(c.Abs(x), axes, keep)
	case p == 2:
		return c.Root(c.Sum(c.Square(x), axes, keep), p)
	case math.IsInf(p, 1):
		return c.ReduceMax(c.Abs(x), axes, keep)
	case math.IsInf(p, -1):
		return c.ReduceMin(c.Abs(x), axes, keep)
	}
	size := c.Abs(x)
	if p > 2 {
		return c.Root(c.Sum(c.PowConst(size, p), axes, keep), p)
	}
	zero := c.EqConst(x, 0)
	of0 := 0.0
	if p < 0 {
		of0 = math.Inf(1)
	}
	each := c.Select(zero, c.Fill(x, of0), c.PowConst(c.Select(zero, c.Fill(x, 1), size), p))
	return c.Root(c.Sum(each, axes, keep), p)
}
