package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Standardize returns (x − mean)/√(variance + eps) over the axes, with the biased
// variance; without axes, over all. The result has the shape of x. Constant rows give
// zeros and finite gradients.
//
// Errors: ErrOption for eps ≤ 0, ErrShape for an axis out of range.
func Standardize(b *graph.Builder, x *gorgonia.Node, eps float64, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.Standardize", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	if last := len(c.Shape(x)) - 1; len(axes) == 1 && (axes[0] == -1 || axes[0] == last) && last >= 0 {
		return c.Standardize(x, last, eps)
	}
	e := b.Sub(x, c.Mean(x, axes, true))
	return b.Mul(e, b.Rsqrt(b.AddConst(c.Mean(b.Square(e), axes, true), eps)))
}

// NormalizeRMS returns x/√(mean x² + eps) over the axes; without axes, over all. The
// result has the shape of x. Zeros give zeros.
//
// Errors: ErrOption for eps ≤ 0, ErrShape for an axis out of range.
func NormalizeRMS(b *graph.Builder, x *gorgonia.Node, eps float64, axes ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.NormalizeRMS", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Mul(x, b.Rsqrt(b.AddConst(c.Mean(b.Square(x), axes, true), eps)))
}

// Normalize returns x/max(‖x‖, eps), with the p-norm along the axis. The result has the
// shape of x. A vector of zeros gives zeros, with the gradient d/eps for the gradient d of
// the result.
//
// Errors: ErrOption for eps ≤ 0, ErrShape for an axis out of range.
func Normalize(b *graph.Builder, x *gorgonia.Node, p float64, axis int, eps float64) *gorgonia.Node {
	c := build.Enter(b, "nn.Normalize", x)
	defer c.Leave()
	if !c.Checks().Above("eps", eps, 0).OK() {
		return nil
	}
	return b.Div(x, b.ClampTo(c.Norm(x, p, []int{axis}, true), b.Scalar(eps), nil))
}

// LocalResponseOptions are the settings of LocalResponseNorm.
type LocalResponseOptions struct {
	Size  int     // channels of a window, ≥ 1; 0: 5
	Alpha float64 // factor of the mean square; 0: 1e-4
	Beta  float64 // exponent; 0: 0.75
	K     float64 // added to the mean square; 0: 1
}

// LocalResponseNorm returns x/(K + Alpha/Size·Σx²)^Beta, with the sum over a window of
// Size neighbouring channels around each (Krizhevsky et al. 2012, section 3.3). x: [N, C,
// ...], result: the shape of x.
//
// Errors: ErrShape for x without channels, ErrOption for Size < 0.
func LocalResponseNorm(b *graph.Builder, x *gorgonia.Node, o LocalResponseOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.LocalResponseNorm", x)
	defer c.Leave()
	o = o.defaults()
	_, n, ok := c.Extent(x, 1, 1)
	if !ok {
		return nil
	}
	if o.Size < 1 {
		c.Refuse(mistake.Optionf("got a window of %d channels, want at least 1", o.Size))
		return nil
	}
	s := c.Shape(x)
	if s.Size() == 0 {
		return x
	}
	before, after := min(o.Size/2, n-1), min(o.Size-1-o.Size/2, n-1) // what is beyond the last channel counts as 0
	squares := b.Pad(b.Reshape(b.Square(x), s[0], 1, n, s[2:].Size()), []int{before, 0}, []int{after, 0}, graph.PadZeros)
	sums := SumPool(b, squares, PoolOptions{Kernel: []int{before + after + 1, 1}, Windowing: Windowing{Stride: []int{1}}})
	mean := b.Reshape(b.Scale(sums, 1/float64(o.Size)), s...)
	return b.Div(x, b.PowConst(b.AddConst(b.Scale(mean, o.Alpha), o.K), o.Beta))
}

// defaults are the settings with what is left out filled in.
func (o LocalResponseOptions) defaults() LocalResponseOptions {
	if o.Size == 0 {
		o.Size = 5
	}
	for _, v := range []struct {
		at *float64
		is float64
	}{{&o.Alpha, 1e-4}, {&o.Beta, 0.75}, {&o.K, 1}} {
		if *v.at == 0 {
			*v.at = v.is
		}
	}
	return o
}
