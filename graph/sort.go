package graph

import (
	"github.com/symgrad/symgrad/internal/enum"
	"gorgonia.org/gorgonia"
)

// Order is the order of the elements that Sort and ArgSort return. The zero value is
// Ascending.
type Order uint8

// The orders.
const (
	Ascending  Order = iota // the smallest element first, NaN last
	Descending              // NaN first, then the largest element
)

var orderNames = []string{Ascending: "ascending", Descending: "descending"}

// String returns the order's name: "ascending" or "descending".
func (o Order) String() string { return enum.String("order", orderNames, int(o)) }

// MarshalText returns the order's name. Errors: ErrOption if it has none.
func (o Order) MarshalText() ([]byte, error) { return enum.Text("order", orderNames, int(o)) }

// UnmarshalText sets o to the order of the name. Errors: ErrOption for another name.
func (o *Order) UnmarshalText(text []byte) error {
	return enum.Read(o, "order", orderNames, text)
}

// Sort returns x sorted along the axis. Equal elements keep their order. NaN counts as
// larger than all numbers.
// Shape: that of x.
// Gradient: goes back to where each element came from.
func (b *Builder) Sort(x *gorgonia.Node, axis int, order Order) *gorgonia.Node {
	defer b.c.Enter("graph.Sort", x).Leave()
	if !b.c.Checks().OneOf("order", orderNames, int(order)).OK() {
		return nil
	}
	return b.c.Sort(x, axis, order == Descending)
}

// ArgSort returns, as Ints, the indices that sort x along the axis. Equal elements keep
// their order. NaN counts as larger than all numbers, as in NumPy and PyTorch.
// Shape: that of x.
// Gradient: none.
func (b *Builder) ArgSort(x *gorgonia.Node, axis int, order Order) *gorgonia.Node {
	defer b.c.Enter("graph.ArgSort", x).Leave()
	if !b.c.Checks().OneOf("order", orderNames, int(order)).OK() {
		return nil
	}
	return b.c.ArgSort(x, axis, order == Descending)
}

// TopK returns the k largest elements along the axis in descending order. NaN counts as
// larger than all numbers.
// Shape: the axis has the extent k.
// Gradient: goes back to where each element came from.
// Errors: ErrShape for a k above the extent of the axis.
func (b *Builder) TopK(x *gorgonia.Node, k, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.TopK", x).Leave()
	return b.c.TopK(x, k, axis)
}

// Median returns the middle element along the axis. Of two middle elements it is the smaller
// one. It is NaN if an element is NaN.
// Shape: the axis is dropped.
// Errors: ErrShape without elements.
func (b *Builder) Median(x *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.Median", x).Leave()
	return b.c.Median(x, axis)
}
