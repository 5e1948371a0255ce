package graph

import (
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// PairwiseDistance returns the p-norm of x − y + eps over the last axis, broadcast. Its
// gradient where the norm is 0 is 0.
func (b *Builder) PairwiseDistance(x, y *gorgonia.Node, p, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.PairwiseDistance", x, y).Leave()
	return b.Norm(b.AddConst(b.Sub(x, y), eps), p, -1)
}

// CrossDistances are the p-norms of the differences of all rows of x: [..., P, D]
// and y: [..., R, D]: [..., P, R].
func (b *Builder) CrossDistances(x, y *gorgonia.Node, p float64) *gorgonia.Node {
	defer b.c.Enter("graph.CrossDistances", x, y).Leave()
	sx, sy := b.c.Shape(x), b.c.Shape(y)
	if b.c.Err != nil {
		return nil
	}
	if len(sx) < 2 || len(sy) < 2 {
		b.c.Refuse(mistake.Shapef("got %v and %v, want rows [..., P, D] and [..., R, D]", sx, sy))
		return nil
	}
	return b.Norm(b.Sub(b.Unsqueeze(x, len(sx)-1), b.Unsqueeze(y, len(sy)-2)), p, -1)
}

// RowDistances are the p-norms of the differences of the rows i < j of x: [N, D]:
// [N(N−1)/2], those of the first row first.
func (b *Builder) RowDistances(x *gorgonia.Node, p float64) *gorgonia.Node {
	defer b.c.Enter("graph.RowDistances", x).Leave()
	s := b.c.Shape(x)
	if b.c.Err != nil {
		return nil
	}
	if len(s) != 2 {
		b.c.Refuse(mistake.Shapef("got %v, want [N, D]", s))
		return nil
	}
	if n := s[0]; n > 0 && !b.c.Holds(n, n) { // twice as many as the pairs
		return nil
	}
	first, second := []int{}, []int{}
	for i := range s[0] {
		for j := i + 1; j < s[0]; j++ {
			first, second = append(first, i), append(second, j)
		}
	}
	n := len(first)
	return b.Norm(b.Sub(b.Take(x, b.ConstInts(first, n)), b.Take(x, b.ConstInts(second, n))), p, 1)
}

// Renorm scales each part of x at one place of the axis so that its p-norm is at
// most limit ≥ 0.
func (b *Builder) Renorm(x *gorgonia.Node, p float64, axis int, limit float64) *gorgonia.Node {
	defer b.c.Enter("graph.Renorm", x).Leave()
	if !b.c.Checks().AtLeast("limit", limit, 0).OK() {
		return nil
	}
	k, ok := b.c.Axis(x, axis)
	if !ok {
		return nil
	}
	var axes []int
	for i := range b.c.Shape(x) {
		if i != k {
			axes = append(axes, i)
		}
	}
	n := b.c.Norm(x, p, axes, true)
	if len(axes) == 0 {
		n = b.Abs(x)
	}
	factor := b.Where(b.c.GtConst(n, limit), b.Scale(b.Reciprocal(b.AddConst(n, 1e-7)), limit), b.c.Fill(n, 1))
	return b.Mul(x, factor)
}

// Normalize returns x/max(‖x‖, eps) with the p-norm over the axis. eps > 0: a vector of
// zeros gives zeros, with the gradient d/eps.
func (b *Builder) Normalize(x *gorgonia.Node, p float64, axis int, eps float64) *gorgonia.Node {
	defer b.c.Enter("graph.Normalize", x).Leave()
	if !b.c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Div(x, b.ClampTo(b.c.Norm(x, p, []int{axis}, true), b.Scalar(eps), nil))
}

// WeightNorm is gain·v/‖v‖, the 2-norm being taken over all axes but the one:
// gain has v's extent there and 1 elsewhere (Salimans and Kingma 2016). Where v is 0 the
// result is 0, with the gradient gain·d.
func (b *Builder) WeightNorm(v, gain *gorgonia.Node, axis int) *gorgonia.Node {
	defer b.c.Enter("graph.WeightNorm", v, gain).Leave()
	k, ok := b.c.Axis(v, axis)
	if !ok {
		return nil
	}
	var axes []int
	for i := range b.c.Shape(v) {
		if i != k {
			axes = append(axes, i)
		}
	}
	n := b.c.Norm(v, 2, axes, true)
	return b.Mul(v, b.Div(gain, b.Where(b.c.EqConst(n, 0), b.c.Fill(n, 1), n)))
}

// LocalResponseNorm returns x/(k + alpha/size·Σx²)^beta, the sum being over size
// neighbouring channels: x: [N, C, ...] (Krizhevsky et al. 2012, section 3.3).
func (b *Builder) LocalResponseNorm(x *gorgonia.Node, size int, alpha, beta, k float64) *gorgonia.Node {
	defer b.c.Enter("graph.LocalResponseNorm", x).Leave()
	_, n, ok := b.c.Extent(x, 1, 1)
	if !ok {
		return nil
	}
	if size < 1 {
		b.c.Refuse(mistake.Optionf("got %d neighbouring channels, want at least 1", size))
		return nil
	}
	s := b.c.Shape(x)
	if s.Size() == 0 {
		return x
	}
	before, after := min(size/2, n-1), min(size-1-size/2, n-1) // more are beyond the last channel
	squares := b.Pad(b.Reshape(b.Square(x), s[0], 1, n, s[2:].Size()), []int{before, 0}, []int{after, 0}, PadZeros)
	sums := b.SumPool(squares, Pool{Kernel: []int{before + after + 1, 1}, Windowing: Windowing{Stride: []int{1}}})
	mean := b.Reshape(b.Scale(sums, 1/float64(size)), s...)
	return b.Div(x, b.PowConst(b.AddConst(b.Scale(mean, alpha), k), beta))
}
