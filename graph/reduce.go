package graph

import (
	"gorgonia.org/gorgonia"
)

// Sum returns the sum over the axes. Negative axes count from the last. Without axes it
// sums all elements.
// The sum is pairwise, in blocks: the rounding error grows with the logarithm of the number
// of elements (Higham 1993). Large numbers that cancel can still take small ones with them.
// The order depends on the shape alone, so any number of threads gets the same bits.
// Shape: the axes are dropped.
func (b *Builder) Sum(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Sum", x).Leave()
	return b.c.Sum(x, axes, false)
}

// Mean returns the mean over the axes. Without axes it is the mean of all elements. It rounds
// as Sum does.
// Shape: the axes are dropped.
// Errors: ErrShape without elements.
func (b *Builder) Mean(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Mean", x).Leave()
	return b.c.Mean(x, axes, false)
}

// Max returns the largest element along the axes, or NaN if one of them is NaN. Without axes
// it looks at all elements.
// Shape: the axes are dropped.
// Gradient: equal shares for all largest elements.
// Errors: ErrShape without elements.
func (b *Builder) Max(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Max", x).Leave()
	return b.c.ReduceMax(x, axes, false)
}

// Min returns the smallest element along the axes, or NaN if one of them is NaN. Without axes
// it looks at all elements.
// Shape: the axes are dropped.
// Gradient: equal shares for all smallest elements.
// Errors: ErrShape without elements.
func (b *Builder) Min(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Min", x).Leave()
	return b.c.ReduceMin(x, axes, false)
}

// Prod returns the product over the axes. Without axes it multiplies all elements.
// Shape: the axes are dropped.
// Gradient: exact also where factors are 0.
func (b *Builder) Prod(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Prod", x).Leave()
	return b.c.Prod(x, axes, false)
}

// LogSumExp returns log Σeˣ over the axes, without overflow. It is −Inf where all
// elements are −Inf, +Inf where one is +Inf, and NaN where one is NaN.
// Shape: the axes are dropped.
// Gradient: the softmax of x, 0 where the result is infinite.
func (b *Builder) LogSumExp(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.LogSumExp", x).Leave()
	return b.c.LogSumExp(x, axes, false)
}

// Variance returns Σ(x − mean)²/(n − correction) over the axes, computed in two passes.
// A correction of 1 gives the unbiased estimate.
// Shape: the axes are dropped.
// Errors: ErrShape unless n is larger than the correction.
func (b *Builder) Variance(x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Variance", x).Leave()
	return b.c.Variance(x, axes, correction, false)
}

// Std returns the standard deviation, the square root of Variance. Its Square is the
// Variance itself, with all of its derivatives.
// Shape: the axes are dropped.
// Gradient: 0 where the result is 0.
func (b *Builder) Std(x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Std", x).Leave()
	return b.c.Std(x, axes, correction, false)
}

// Norm returns the p-norm (Σ|x|ᵖ)^(1/p) over the axes. For p = +Inf it is the largest
// |x|, for −Inf the smallest, for 0 the number of elements that are not 0. The Square of
// the norm of order 2 is Σx² itself, with all of its derivatives.
// Shape: the axes are dropped.
// Gradient: 0 where the norm is 0; for p < 2 also 0 for elements that are 0.
// Errors: ErrShape for a p that is NaN.
func (b *Builder) Norm(x *gorgonia.Node, p float64, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Norm", x).Leave()
	return b.c.Norm(x, p, axes, false)
}

// CountNonzero returns the number of elements that are not 0.
// Shape: the axes are dropped.
// Gradient: none.
func (b *Builder) CountNonzero(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.CountNonzero", x).Leave()
	return b.Norm(x, 0, axes...)
}

// CumSum returns the running sum along the axis.
// Shape: that of x.
func (b *Builder) CumSum(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.CumSum", x).Leave()
	return b.c.CumSum(x, axis)
}

// CumProd returns the running product along the axis.
// Shape: that of x.
// Gradient: exact also where factors are 0.
func (b *Builder) CumProd(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.CumProd", x).Leave()
	return b.c.CumProd(x, axis)
}

// CumMax returns the largest element so far along the axis, and its index as Ints: the
// last one of equal elements. From the first NaN on, the result is NaN.
// Shape: both results have that of x.
// Gradient: goes to the element at the index.
func (b *Builder) CumMax(x *gorgonia.Node, axis int) (values, index *gorgonia.Node) {
	defer b.c.Enter("graph.CumMax", x).Leave()
	return b.c.RunningExtreme(x, axis, false)
}

// CumMin returns the smallest element so far along the axis, and its index as Ints: the
// last one of equal elements. From the first NaN on, the result is NaN.
// Shape: both results have that of x.
// Gradient: goes to the element at the index.
func (b *Builder) CumMin(x *gorgonia.Node, axis int) (values, index *gorgonia.Node) {
	defer b.c.Enter("graph.CumMin", x).Leave()
	return b.c.RunningExtreme(x, axis, true)
}

// Diff returns the differences x[i+1] − x[i] along the axis, taken n times.
// Shape: the axis has n elements fewer, but at least 0.
func (b *Builder) Diff(x *gorgonia.Node, n, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Diff", x).Leave()
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	if m := b.c.Shape(x)[k]; n >= m {
		return b.c.Along(x, k, Range(0, 0))
	}
	if !b.c.Unrolls(n) {
		return nil
	}
	for range n {
		m := b.c.Shape(x)[k]
		x = b.Sub(b.c.Along(x, k, Range(1, m)), b.c.Along(x, k, Range(0, m-1)))
		if b.c.Err != nil {
			return nil
		}
	}
	return x
}
