package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// PoolOptions are the windows of a pool over images [N, C, In...].
//
// The result of a pool is [N, C, Out...] with Out = ⌊(In + 2·Pad − (Kernel−1)·Dilation −
// 1)/Stride⌋ + 1, rounded up with Ceil.
type PoolOptions struct {
	Kernel    []int // extents of the window, for each spatial axis or one for all
	Windowing       // Stride, by default Kernel; Pad, at most half of Kernel; Dilation
	Ceil      bool  // the last window may reach over the end of the image
	// InsideOnly makes AvgPool the mean of the pixels inside of the image. By default
	// padding counts as zeros.
	InsideOnly bool
}

// windows are the settings for images x.
func windows(c *build.Core, x *gorgonia.Node, o PoolOptions) op.Windows {
	k := len(c.Shape(x)) - 2
	if len(o.PadEnd) > 0 || o.Groups != 0 {
		c.Refuse(mistake.Optionf("got PadEnd or Groups, want neither for a pool"))
	}
	kernel := build.OnAxes(o.Kernel, k, nil)
	return op.Windows{Kernel: kernel, Stride: build.OnAxes(o.Stride, k, kernel), Pad: build.OnAxes(o.Pad, k, []int{0}),
		Dilation: build.OnAxes(o.Dilation, k, []int{1}), Ceil: o.Ceil}
}

// onlyMeans refuses InsideOnly, which other pools than AvgPool do not have.
func onlyMeans(c *build.Core, o PoolOptions) {
	if c.OK() && o.InsideOnly {
		c.Refuse(mistake.Optionf("got InsideOnly, want it for AvgPool alone"))
	}
}

// MaxPool returns the largest element of each window, or NaN if the window has one.
// Padding is never the largest. The gradient goes to the first largest element.
//
// Errors: ErrShape for windows that do not fit the images, ErrOption for InsideOnly,
// PadEnd or Groups.
func MaxPool(b *graph.Builder, x *gorgonia.Node, o PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.MaxPool", x)
	defer c.Leave()
	onlyMeans(c, o)
	return c.MaxPool(x, windows(c, x, o))
}

// AvgPool returns the mean of each window.
//
// Errors: ErrShape for windows that do not fit the images, ErrOption for PadEnd or Groups.
func AvgPool(b *graph.Builder, x *gorgonia.Node, o PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.AvgPool", x)
	defer c.Leave()
	return c.AvgPool(x, windows(c, x, o), !o.InsideOnly)
}

// SumPool returns the sum of each window.
//
// Errors: as of MaxPool.
func SumPool(b *graph.Builder, x *gorgonia.Node, o PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.SumPool", x)
	defer c.Leave()
	onlyMeans(c, o)
	return c.SumPool(x, windows(c, x, o))
}

// LPPool returns (Σ x^power)^(1/power) over the pixels of each window inside of the
// image. power is finite and above 0; x should not be negative unless power is even. The
// gradient is 0 where the sum is 0. For power < 1 that of an element 0 is 0 too.
//
// Errors: as of MaxPool, and ErrOption for another power.
func LPPool(b *graph.Builder, x *gorgonia.Node, power float64, o PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.LPPool", x)
	defer c.Leave()
	if !c.Checks().Above("power", power, 0).OK() {
		return nil
	}
	each := b.PowConst(x, power)
	if power < 1 {
		zero := c.EqConst(x, 0)
		each = b.Where(zero, c.Fill(x, 0), b.PowConst(b.Where(zero, c.Fill(x, 1), x), power))
	}
	return c.Root(SumPool(b, each, o), power)
}

// AdaptiveMaxPool returns the largest element of each of out windows, which cut each
// spatial axis into overlapping parts: window i of n along m pixels reaches from ⌊i·m/n⌋
// to before ⌈(i+1)·m/n⌉. x: [N, C, In...], result: [N, C, out...]; one number in out
// stands for all spatial axes.
//
// Errors: ErrShape for extents that do not fit.
func AdaptiveMaxPool(b *graph.Builder, x *gorgonia.Node, out ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.AdaptiveMaxPool", x)
	defer c.Leave()
	return c.AdaptiveMaxPool(x, build.OnAxes(out, len(c.Shape(x))-2, nil))
}

// AdaptiveAvgPool returns the mean of each window of AdaptiveMaxPool.
//
// Errors: ErrShape for extents that do not fit.
func AdaptiveAvgPool(b *graph.Builder, x *gorgonia.Node, out ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.AdaptiveAvgPool", x)
	defer c.Leave()
	return c.AdaptiveAvgPool(x, build.OnAxes(out, len(c.Shape(x))-2, nil))
}

// GlobalAvgPool returns the mean of all pixels of each channel. x: [N, C, In...],
// result: [N, C].
//
// Errors: ErrShape for x without spatial axes.
func GlobalAvgPool(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.GlobalAvgPool", x)
	defer c.Leave()
	axes, ok := spatial(c, x)
	if !ok {
		return nil
	}
	return b.Mean(x, axes...)
}

// GlobalMaxPool returns the largest of all pixels of each channel. x: [N, C, In...],
// result: [N, C]. NaN and gradients are as of graph.Builder.Max.
//
// Errors: ErrShape for x without spatial axes.
func GlobalMaxPool(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.GlobalMaxPool", x)
	defer c.Leave()
	axes, ok := spatial(c, x)
	if !ok {
		return nil
	}
	return b.Max(x, axes...)
}

// spatial returns the spatial axes of x: [N, C, In...]; it fails if there are none.
func spatial(c *build.Core, x *gorgonia.Node) (axes []int, ok bool) {
	s := c.Shape(x)
	if c.OK() && len(s) < 3 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, In...] with spatial axes", s))
	}
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	return axes, c.OK()
}
