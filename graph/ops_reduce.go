package graph

import (
	"github.com/symgrad/symgrad/internal/enum"
	"gorgonia.org/gorgonia"
)

// This file publishes the folds over axes beside Sum and Mean. Axes are dropped;
// negative ones count from the last; no axes means all.

// Max is the largest element, NaN if there is one. The gradient goes to all
// elements that are the largest, in equal shares.
func (b *Builder) Max(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Max", x).Leave()
	return b.c.ReduceMax(x, axes, false)
}

// Min is the smallest element, NaN if there is one. The gradient goes to all
// elements that are the smallest, in equal shares.
func (b *Builder) Min(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Min", x).Leave()
	return b.c.ReduceMin(x, axes, false)
}

// Prod multiplies the elements. Its gradient is right at zeros.
func (b *Builder) Prod(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Prod", x).Leave()
	return b.c.Prod(x, axes, false)
}

// LogSumExp is log Σeˣ: -Inf where all x are, +Inf where one is, NaN where one is.
// Its gradient is softmax x, and 0 where the result is infinite.
func (b *Builder) LogSumExp(x *gorgonia.Node, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.LogSumExp", x).Leave()
	return b.c.LogSumExp(x, axes, false)
}

// Variance is Σ(x − mean)²/(n − correction), in two passes: a correction of 1
// makes it unbiased. n must be larger than the correction.
func (b *Builder) Variance(x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Variance", x).Leave()
	return b.c.Variance(x, axes, correction, false)
}

// Std is the square root of Variance, with the gradient 0 where that is 0. Its square is
// Variance, with all of its derivatives.
func (b *Builder) Std(x *gorgonia.Node, correction int, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Std", x).Leave()
	return b.c.Std(x, axes, correction, false)
}

// Norm is the p-norm (Σ|x|ᵖ)^(1/p); p = +Inf is the largest |x|, -Inf the smallest,
// and 0 counts the elements that are not 0. Its gradient where it is 0 is 0, and
// for p < 2 that of an element that is 0 is 0 too. The square of the norm of order 2 is
// Σx², with all of its derivatives.
func (b *Builder) Norm(x *gorgonia.Node, p float64, axes ...int) *gorgonia.Node {
	defer b.c.Enter("graph.Norm", x).Leave()
	return b.c.Norm(x, p, axes, false)
}

// CumSum is the running sum along the axis.
func (b *Builder) CumSum(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.CumSum", x).Leave()
	return b.c.CumSum(x, axis)
}

// CumProd is the running product along the axis. Its gradient is right at zeros.
func (b *Builder) CumProd(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.CumProd", x).Leave()
	return b.c.CumProd(x, axis)
}

// Order is the order that Sort and ArgSort put elements in.
type Order uint8

// The orders.
const (
	Ascending  Order = iota // the smallest element first, NaN last
	Descending              // NaN first, then the largest element
)

var orderNames = []string{Ascending: "ascending", Descending: "descending"}

// String returns ascending or descending.
func (o Order) String() string { return enum.String("order", orderNames, int(o)) }

// MarshalText returns the name. Errors: ErrOption if there is none.
func (o Order) MarshalText() ([]byte, error) { return enum.Text("order", orderNames, int(o)) }

// UnmarshalText reads what MarshalText writes. Errors: ErrOption for any other text.
func (o *Order) UnmarshalText(text []byte) error {
	i, err := enum.Parse("order", orderNames, text)
	*o = Order(i)
	return err
}

// ArgSort returns the order, Ints, that sorts x along the axis. Equal elements keep
// theirs. NaN counts as larger than all numbers, as in NumPy and PyTorch: it comes
// last, and first where the order is descending.
func (b *Builder) ArgSort(x *gorgonia.Node, axis int, order Order) *gorgonia.Node {
	defer b.c.Enter("graph.ArgSort", x).Leave()
	if !b.c.Checks().OneOf("order", orderNames, int(order)).OK() {
		return nil
	}
	return b.c.ArgSort(x, axis, order == Descending)
}

// Sort returns x sorted along the axis, NaN behind all numbers, or before them where
// the order is descending.
func (b *Builder) Sort(x *gorgonia.Node, axis int, order Order) *gorgonia.Node {
	defer b.c.Enter("graph.Sort", x).Leave()
	if !b.c.Checks().OneOf("order", orderNames, int(order)).OK() {
		return nil
	}
	return b.c.Sort(x, axis, order == Descending)
}

// TopK returns the k largest elements along the axis, in falling order; NaN counts
// as larger than all numbers.
func (b *Builder) TopK(x *gorgonia.Node, k, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.TopK", x).Leave()
	return b.c.TopK(x, k, axis)
}

// Median returns the middle element along the axis, the lower of two, NaN if there
// is one.
func (b *Builder) Median(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Median", x).Leave()
	return b.c.Median(x, axis)
}
