package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"gorgonia.org/gorgonia"
)

// Interpolation says what a quantile between two sorted elements is.
type Interpolation uint8

// The values between two elements.
const (
	Linear   Interpolation = iota // interpolated by the distance
	Lower                         // the smaller element
	Higher                        // the larger element
	Midpoint                      // the mean of both
	Nearest                       // the nearer element; of two, that with the even index
)

var interpolationNames = []string{Linear: "linear", Lower: "lower", Higher: "higher", Midpoint: "midpoint", Nearest: "nearest"}

// String returns the name, such as linear.
func (i Interpolation) String() string {
	return enum.String("interpolation", interpolationNames, int(i))
}

// MarshalText returns the name.
// Errors: ErrOption if there is none.
func (i Interpolation) MarshalText() ([]byte, error) {
	return enum.Text("interpolation", interpolationNames, int(i))
}

// UnmarshalText reads what MarshalText writes.
// Errors: ErrOption for any other text.
func (i *Interpolation) UnmarshalText(text []byte) error {
	return enum.Read(i, "interpolation", interpolationNames, text)
}

// Quantile returns the q-quantile along the axis, which is dropped: the element at
// position q·(n−1) of the sorted elements. The result is NaN where an element is NaN.
// Shape: the axis is dropped.
// Errors: ErrOption for a q outside of [0, 1].
func Quantile(b *graph.Builder, x *gorgonia.Node, q float64, axis int, between Interpolation) *gorgonia.Node {
	c := build.Enter(b, "special.Quantile", x)
	defer c.Leave()
	a, n, ok := c.Extent(x, axis, 1)
	if !ok || !quantileOf(b, x, q, between) {
		return nil
	}
	y := b.Sort(x, a, graph.Ascending)
	last := c.At(y, a, n-1)
	at := q * float64(n-1)
	lo, hi := math.Floor(at), math.Ceil(at)
	var part float64
	switch between {
	case Linear:
		part = at - lo
	case Higher:
		part = 1
	case Midpoint:
		part = 0.5
	case Nearest:
		part = math.RoundToEven(at) - lo
	}
	var z *gorgonia.Node
	switch low, high := c.At(y, a, int(lo)), c.At(y, a, int(hi)); part {
	case 0:
		z = low
	case 1:
		z = high
	default:
		z = b.Add(b.Scale(low, 1-part), b.Scale(high, part))
	}
	return b.Where(b.IsNaN(last), last, z)
}

func quantileOf(b *graph.Builder, x *gorgonia.Node, q float64, between Interpolation) bool {
	c := build.Of(b)
	return c.Checks().OneOf("interpolation", interpolationNames, int(between)).Within("q", q, 0, 1).OK()
}

// NaNQuantile returns the q-quantile of the elements that are not NaN; NaN if there are
// none.
// Shape: the axis is dropped.
// Errors: ErrOption for a q outside of [0, 1].
func NaNQuantile(b *graph.Builder, x *gorgonia.Node, q float64, axis int, between Interpolation) *gorgonia.Node {
	c := build.Enter(b, "special.NaNQuantile", x)
	defer c.Leave()
	a, n, ok := c.Extent(x, axis, 1)
	if !ok || !quantileOf(b, x, q, between) {
		return nil
	}
	y := b.Sort(x, a, graph.Ascending) // NaN last
	bad := b.IsNaN(y)
	count := c.Sum(c.OneMinus(bad), []int{a}, true)
	at := b.Scale(b.ReLU(b.AddConst(count, -1)), q)
	if c.Err != nil {
		return nil
	}
	pick := func(at *gorgonia.Node) *gorgonia.Node { // [..., 1, ...]
		return c.Gather(y, c.Places(b.Unsqueeze(at, -1), []int{n}), a)
	}
	low, high := pick(b.Floor(at)), pick(b.Ceil(at))
	z := low
	switch between {
	case Linear:
		part := b.Sub(at, b.Floor(at))
		z = b.Add(c.Weigh(c.OneMinus(part), low), c.Weigh(part, high))
	case Higher:
		z = high
	case Midpoint:
		z = b.Scale(b.Add(low, high), 0.5)
	case Nearest:
		z = pick(b.Round(at))
	}
	z = b.Squeeze(z, a)
	none := b.Equal(b.Squeeze(count, a), b.Scalar(0))
	return b.Where(none, b.Scalar(math.NaN()), z)
}

// NaNMedian returns the median of the elements that are not NaN; of two middle elements,
// the lower one.
// Shape: the axis is dropped.
func NaNMedian(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNMedian", x)
	defer c.Leave()
	return NaNQuantile(b, x, 0.5, axis, Lower)
}

// KthValue returns the k-th smallest element along the axis; k starts at 1. The result
// is NaN where an element is NaN.
// Shape: the axis is dropped.
// Errors: ErrShape for a k outside of 1 to the extent of the axis.
func KthValue(b *graph.Builder, x *gorgonia.Node, k, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.KthValue", x)
	defer c.Leave()
	return c.KthValue(x, k, axis)
}

// Mode returns the most frequent element along the axis, the smallest one of several.
// The result is NaN where an element is NaN. It compares all pairs of elements, so it
// needs N² work and memory.
// Shape: the axis is dropped.
// Gradient: equal shares for all elements that are equal to the result.
func Mode(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.Mode", x)
	defer c.Leave()
	a, _, ok := c.Extent(x, axis, 1)
	if !ok {
		return nil
	}
	count := b.Sum(b.Equal(b.Unsqueeze(x, a), b.Unsqueeze(x, a+1)), a)
	often := b.Equal(count, c.ReduceMax(count, []int{a}, true))
	y := b.Min(b.Where(often, x, c.Fill(x, math.Inf(1))), a)
	most := b.Max(x, a) // NaN if there is one
	return b.Where(b.IsNaN(most), most, y)
}

// NaNSum returns the sum over the axes, with NaN counted as 0. Without axes it sums over
// all.
// Shape: the axes are dropped.
// Gradient: 1, and 0 where x is NaN.
func NaNSum(b *graph.Builder, x *gorgonia.Node, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNSum", x)
	defer c.Leave()
	return b.Sum(b.Where(b.IsNaN(x), c.Fill(x, 0), x), axes...)
}

// NaNMean returns the mean over the axes of the elements that are not NaN; NaN if there
// are none. Without axes it averages over all.
// Shape: the axes are dropped.
func NaNMean(b *graph.Builder, x *gorgonia.Node, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNMean", x)
	defer c.Leave()
	return b.Div(NaNSum(b, x, axes...), b.Sum(c.OneMinus(b.IsNaN(x)), axes...))
}
