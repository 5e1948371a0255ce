package special

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// trapezoids are the areas between neighbours along the axis: widths is the distance, a
// constant, or one for each pair.
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

// Trapezoid returns the integral of y along the axis by the trapezoidal rule. The
// samples are dx apart, or at the positions at: a vector, or an array like y. If at is
// nil, dx counts.
// Shape: the axis is dropped.
func Trapezoid(b *graph.Builder, y, at *gorgonia.Node, dx float64, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.Trapezoid", y, at)
	defer c.Leave()
	k, _, ok := c.Extent(y, axis, 1)
	if !ok {
		return nil
	}
	return b.Sum(trapezoids(b, y, at, dx, k), k)
}

// CumulativeTrapezoid returns the running integral of y along the axis by the
// trapezoidal rule. Positions are given as for Trapezoid.
// Shape: the axis has one element less.
func CumulativeTrapezoid(b *graph.Builder, y, at *gorgonia.Node, dx float64, axis int) *gorgonia.Node {
	c := build.Enter(b, "special.CumulativeTrapezoid", y, at)
	defer c.Leave()
	k, _, ok := c.Extent(y, axis, 1)
	if !ok {
		return nil
	}
	return b.CumSum(trapezoids(b, y, at, dx, k), k)
}

// Differences returns the derivative of x along the axis by finite differences, as
// NumPy's gradient. The samples are at the positions at; nil means 0, 1, 2, ... Inner
// elements use the parabola through three neighbours; the two ends use differences of
// the order 1 or 2.
// Shape: that of x.
// Errors: ErrShape for another order, or a wrong number of positions.
func Differences(b *graph.Builder, x *gorgonia.Node, at []float64, axis, order int) *gorgonia.Node {
	c := build.Enter(b, "special.Differences", x)
	defer c.Leave()
	k, n, ok := c.Extent(x, axis, order+1)
	if !ok {
		return nil
	}
	if order < 1 || order > 2 || at != nil && len(at) != n {
		c.Refuse(mistake.Shapef("got %d positions for %d elements and the order %d, want one for each and the order 1 or 2", len(at), n, order))
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
	shape := slices.Repeat([]int{1}, len(c.Shape(x))-k) // of the weights of inner elements
	pieces := []*gorgonia.Node{slopes(b, x, k, at[:order+1], 0)}
	if n > 2 {
		var inside *gorgonia.Node
		for tap := range 3 {
			w := make([]float64, n-2)
			for i := range w {
				w[i] = lagrangeSlope(at[i:i+3], 1, tap)
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
