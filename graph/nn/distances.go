package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Normalize returns x/max(‖x‖, eps) with the p-norm over the axis. eps > 0: a vector of
// zeros gives zeros, with the gradient d/eps.
func Normalize(b *graph.Builder, x *gorgonia.Node, p float64, axis int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Normalize", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Div(x, b.ClampTo(c.Norm(x, p, []int{axis}, true), b.Scalar(eps), nil))
}

// WeightNorm is gain·v/‖v‖, the 2-norm being taken over all axes but the one:
// gain has v's extent there and 1 elsewhere (Salimans and Kingma 2016). Where v is 0 the
// result is 0, with the gradient gain·d.
func WeightNorm(b *graph.Builder, v, gain *gorgonia.Node, axis int) *gorgonia.Node {
	c := build.Enter(b, "nn.WeightNorm", v, gain)
	defer c.Leave()
	k, ok := c.Axis(v, axis)
	if !ok {
		return nil
	}
	var axes []int
	for i := range c.Shape(v) {
		if i != k {
			axes = append(axes, i)
		}
	}
	n := c.Norm(v, 2, axes, true)
	return b.Mul(v, b.Div(gain, b.Where(c.EqConst(n, 0), c.Fill(n, 1), n)))
}

// LocalResponseNorm returns x/(k + alpha/size·Σx²)^beta, the sum being over size
// neighbouring channels: x: [N, C, ...] (Krizhevsky et al. 2012, section 3.3).
func LocalResponseNorm(b *graph.Builder, x *gorgonia.Node, size int, alpha, beta, k float64) *gorgonia.Node {
	c := build.Enter(b, "nn.LocalResponseNorm", x)
	defer c.Leave()
	_, n, ok := c.Extent(x, 1, 1)
	if !ok {
		return nil
	}
	if size < 1 {
		c.Refuse(mistake.Optionf("got %d neighbouring channels, want at least 1", size))
		return nil
	}
	s := c.Shape(x)
	if s.Size() == 0 {
		return x
	}
	before, after := min(size/2, n-1), min(size-1-size/2, n-1) // more are beyond the last channel
	squares := b.Pad(b.Reshape(b.Square(x), s[0], 1, n, s[2:].Size()), []int{before, 0}, []int{after, 0}, graph.PadZeros)
	sums := SumPool(b, squares, PoolOptions{Kernel: []int{before + after + 1, 1}, Windowing: Windowing{Stride: []int{1}}})
	mean := b.Reshape(b.Scale(sums, 1/float64(size)), s...)
	return b.Div(x, b.PowConst(b.AddConst(b.Scale(mean, alpha), k), beta))
}
