package special

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// LogCumSumExp is the logarithm of the running sum of eˣ along the axis, for any
// finite x.
func LogCumSumExp(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.LogCumSumExp", x)
	defer c.Leave()
	return c.LogCumSumExp(x, axis)
}

// KthValue returns the k-th smallest element along the axis, k from 1 on, NaN if
// there is one.
func KthValue(b *graph.Builder, x *gorgonia.Node, k, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.KthValue", x)
	defer c.Leave()
	return c.KthValue(x, k, axis)
}

// Between says what a quantile is that lies between two sorted elements.
type Between uint8

// The values between two elements.
const (
	BetweenLinear   Between = iota // by the distance
	BetweenLower                   // the smaller one
	BetweenHigher                  // the larger one
	BetweenMidpoint                // their mean
	BetweenNearest                 // the nearer one, the one of even place if both are
)

// Quantile is the element q of the way, in [0, 1], along the sorted axis, place
// q·(n−1) from 0 on; NaN if there is one.
func Quantile(b *graph.Builder, x *gorgonia.Node, q float64, axis int, between Between) *gorgonia.Node {
	c := build.Enter(b, "special.Quantile", x)
	defer c.Leave()
	a, n, ok := c.Extent(x, axis, 1)
	if !ok || !quantileOf(b, x, q, between) {
		return nil
	}
	y := b.Sort(x, a, false)
	last := c.At(y, a, n-1)
	at := q * float64(n-1)
	lo, hi := math.Floor(at), math.Ceil(at)
	var part float64
	switch between {
	case BetweenLinear:
		part = at - lo
	case BetweenHigher:
		part = 1
	case BetweenMidpoint:
		part = 0.5
	case BetweenNearest:
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

func quantileOf(b *graph.Builder, x *gorgonia.Node, q float64, between Between) bool {
	c := build.Of(b)
	if !(q >= 0 && q <= 1) || between > BetweenNearest {
		c.Refuse(mistake.Optionf("got the quantile %v and the kind %d, want one in [0, 1] and one of the kinds", q, between))
	}
	return c.Err == nil
}

// NaNQuantile returns Quantile of the elements that are not NaN; NaN if there is none.
func NaNQuantile(b *graph.Builder, x *gorgonia.Node, q float64, axis int, between Between) *gorgonia.Node {
	c := build.Enter(b, "special.NaNQuantile", x)
	defer c.Leave()
	a, n, ok := c.Extent(x, axis, 1)
	if !ok || !quantileOf(b, x, q, between) {
		return nil
	}
	y := b.Sort(x, a, false) // NaN last
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
	case BetweenLinear:
		part := b.Sub(at, b.Floor(at))
		z = b.Add(c.Weigh(c.OneMinus(part), low), c.Weigh(part, high))
	case BetweenHigher:
		z = high
	case BetweenMidpoint:
		z = b.Scale(b.Add(low, high), 0.5)
	case BetweenNearest:
		z = pick(b.Round(at))
	}
	z = b.Squeeze(z, a)
	none := b.Equal(b.Squeeze(count, a), b.Scalar(0))
	return b.Where(none, b.Scalar(math.NaN()), z)
}

// NaNMedian is the middle one of the elements along the axis that are not NaN,
// the lower of two.
func NaNMedian(b *graph.Builder, x *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNMedian", x)
	defer c.Leave()
	return NaNQuantile(b, x, 0.5, axis, BetweenLower)
}

// Mode is the most frequent element along the axis, the smallest of several. Its
// gradient goes in equal shares to all elements that are equal to it. NaN if there is
// one. It compares all pairs.
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

// NaNSum is Sum with NaN counted as 0.
func NaNSum(b *graph.Builder, x *gorgonia.Node, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNSum", x)
	defer c.Leave()
	return b.Sum(b.Where(b.IsNaN(x), c.Fill(x, 0), x), axes...)
}

// NaNMean is the mean of the elements that are not NaN; NaN if there is none.
func NaNMean(b *graph.Builder, x *gorgonia.Node, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "special.NaNMean", x)
	defer c.Leave()
	return b.Div(NaNSum(b, x, axes...), b.Sum(c.OneMinus(b.IsNaN(x)), axes...))
}

// trapezoids are the areas between neighbours along the axis: widths is the
// distance, a constant, or one for each pair.
func trapezoids(b *graph.Builder, y, at *gorgonia.Node, dx float64, k int) *gorgonia.Node {
	c := build.Of(b)
	n := c.Shape(y)[k]
	mean := b.Scale(b.Add(c.Along(y, k, graph.Range(1, n)), c.Along(y, k, graph.Range(0, n-1))), 0.5)
	if at == nil {
		return b.Scale(mean, dx)
	}
	s := c.Shape(at)
	if c.Err != nil {
		return nil
	}
	if len(s) == 1 && k < len(c.Shape(y))-1 { // one place for each line
		shape := make([]int, len(c.Shape(y))-k)
		for i := range shape {
			shape[i] = 1
		}
		shape[0] = s[0]
		at = b.Reshape(at, shape...)
	}
	return b.Mul(mean, b.Diff(at, 1, k-len(c.Shape(y))))
}

// Trapezoid is the integral of y along the axis by the trapezoidal rule, with the
// distance dx from place to place; or, if at is not nil, with the places at, a
// vector or an array like y.
func Trapezoid(b *graph.Builder, y, at *gorgonia.Node, dx float64, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.Trapezoid", y, at)
	defer c.Leave()
	k, _, ok := c.Extent(y, axis, 1)
	if !ok {
		return nil
	}
	return b.Sum(trapezoids(b, y, at, dx, k), k)
}

// CumulativeTrapezoid is the running integral, of one place less, as Trapezoid.
func CumulativeTrapezoid(b *graph.Builder, y, at *gorgonia.Node, dx float64, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.CumulativeTrapezoid", y, at)
	defer c.Leave()
	k, _, ok := c.Extent(y, axis, 1)
	if !ok {
		return nil
	}
	return b.CumSum(trapezoids(b, y, at, dx, k), k)
}

// Differences returns the derivative along the axis by differences of neighbours: at
// has the places, nil: 0, 1, 2, ... Inside, the parabola through three places;
// at the two ends that of the order, 1 or 2 (as NumPy's gradient). An element has a part
// only in the slopes through it: not in its own where its neighbours are equally far.
func Differences(b *graph.Builder, x *gorgonia.Node, at []float64, axis, order int) *gorgonia.Node {
	c := build.Enter(b, "special.Differences", x)
	defer c.Leave()
	k, n, ok := c.Extent(x, axis, order+1)
	if !ok {
		return nil
	}
	if order < 1 || order > 2 || at != nil && len(at) != n {
		c.Refuse(mistake.Shapef("got %d places for %d and the order %d, want one for each and the order 1 or 2", len(at), n, order))
		return nil
	}
	if !c.Holds(3, n) {
		return nil
	}
	if at == nil {
		for i := range n {
			at = append(at, float64(i))
		}
	}
	pieces := []*gorgonia.Node{slopes(b, x, k, at[:order+1], 0)}
	if n > 2 {
		var inside *gorgonia.Node
		for tap := range 3 {
			w := make([]float64, n-2)
			for i := range w {
				w[i] = lagrangeSlope(at[i:i+3], 1, tap)
			}
			shape := make([]int, len(c.Shape(x))-k)
			for i := range shape {
				shape[i] = 1
			}
			shape[0] = n - 2
			term := c.Weigh(b.Const(w, shape...), c.Along(x, k, graph.Range(tap, n-2+tap)))
			if inside == nil {
				inside = term
			} else {
				inside = b.Add(inside, term)
			}
		}
		pieces = append(pieces, inside)
	}
	last := c.Along(x, k, graph.Range(n-1-order, n))
	return b.Concat(k, append(pieces, slopes(b, last, k, at[n-1-order:], order))...)
}

// slopes is the slope, at the one that row numbers, of the polynomial through the first
// places of the axis k, which lie at at: an axis of one place.
func slopes(b *graph.Builder, x *gorgonia.Node, k int, at []float64, row int) *gorgonia.Node {
	c := build.Of(b)
	var y *gorgonia.Node
	for i := range at {
		term := b.Scale(c.Along(x, k, graph.Range(i, i+1)), lagrangeSlope(at, row, i))
		if y == nil {
			y = term
		} else {
			y = b.Add(y, term)
		}
	}
	return y
}

// lagrangeSlope is the derivative at at[row] of the polynomial that is 1 at at[i] and 0
// at the others.
func lagrangeSlope(at []float64, row, i int) float64 {
	w := 0.0
	for j := range at {
		if j == i {
			continue
		}
		term := 1 / (at[i] - at[j])
		for q := range at {
			if q != i && q != j {
				term *= (at[row] - at[q]) / (at[i] - at[q])
			}
		}
		w += term
	}
	return w
}
