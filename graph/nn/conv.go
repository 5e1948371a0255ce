package nn

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Windowing says how a kernel moves over images: one number for each spatial
// axis, or one for all of them. Nil stands for the default.
type Windowing struct {
	Stride   []int // places from window to window, ≥ 1; default 1, for pools the kernel's extent
	Pad      []int // zeros before each axis, ≥ 0; default 0
	PadEnd   []int // zeros after each axis, ≥ 0, of convolutions alone; default Pad
	Dilation []int // places from tap to tap, ≥ 1; default 1
	Groups   int   // of channels that do not meet, of convolutions alone; default 1
}

// attrs are the attributes of a convolution over k spatial axes.
func (w Windowing) attrs(k int) ir.Attrs {
	groups := w.Groups
	if groups == 0 {
		groups = 1
	}
	pad := build.OnAxes(w.Pad, k, []int{0})
	return ir.A("stride", build.OnAxes(w.Stride, k, []int{1}), "pad", pad, "padend", build.OnAxes(w.PadEnd, k, pad),
		"dilation", build.OnAxes(w.Dilation, k, []int{1}), "groups", groups)
}

// Conv is the convolution of images x: [N, C, In...] with weights w: [O,
// C/Groups, K...], without turning these around, over one to three spatial axes:
//
//	y[n, o, p] = Σ over c, k of x[n, c, p·Stride + k·Dilation − Pad]·w[o, c, k]
//
// with x counting as 0 outside; result [N, O, Out...] with Out = ⌊(In + Pad +
// PadEnd − (K−1)·Dilation − 1)/Stride⌋ + 1. Kernels of three by three places without
// Stride, Dilation and Groups may be computed by Winograd's tiles of four by four
// places of y, whose rounding is relative to the largest Σ |x·w| of a tile: what is
// not finite may then make all of its tile so (internal/kernel/conv/winograd.go).
func Conv(b *graph.Builder, x, w *gorgonia.Node, o Windowing) *gorgonia.Node {
	c := build.Enter(b, "nn.Conv", x, w)
	defer c.Leave()
	return c.Conv(x, w, o.attrs(len(c.Shape(x))-2))
}

// ConvTranspose is the transposed convolution of x: [N, C, In...] with w: [C,
// O/Groups, K...]: what the convolution's gradient does to images. Result [N, O,
// Out...] with Out = (In−1)·Stride − Pad − PadEnd + (K−1)·Dilation + 1 + extra;
// extra, 0 by default, chooses among the extents that a stride maps to In, and
// adds zeros beyond.
func ConvTranspose(b *graph.Builder, x, w *gorgonia.Node, o Windowing, extra ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.ConvTranspose", x, w)
	defer c.Leave()
	k := len(c.Shape(x)) - 2
	more, stride := build.OnAxes(extra, k, []int{0}), build.OnAxes(o.Stride, k, []int{1})
	end := build.OnAxes(o.PadEnd, k, build.OnAxes(o.Pad, k, []int{0}))
	zeros := make([]int, max(0, k))
	for i := range zeros {
		if i < min(len(more), len(stride), len(end)) && more[i] >= stride[i] { // less is cut off, and zeros stand behind
			zeros[i] = max(0, more[i]-end[i])
			end[i], more[i] = max(0, end[i]-more[i]), 0
		}
	}
	o.PadEnd = end
	y := c.ConvTranspose(x, w, o.attrs(k), more)
	if slices.Max(append(zeros, 0)) > 0 {
		return b.Pad(y, make([]int, k), zeros, graph.PadZeros)
	}
	return y
}

// Pool are the windows of pooling over images [N, C, In...].
type PoolOptions struct {
	Kernel    []int // extents of a window, for each spatial axis or for all
	Windowing       // Stride's default is Kernel; Pad at most half of Kernel; no PadEnd, no Groups
	Ceil      bool  // a last window may reach over the end: Out is rounded up
	// InsideOnly makes an average that of the places inside the image; the
	// default counts the padding as zeros.
	InsideOnly bool
}

// windows are the settings for images x.
func windows(b *graph.Builder, x *gorgonia.Node, p PoolOptions) op.Windows {
	c := build.Of(b)
	k := len(c.Shape(x)) - 2
	if len(p.PadEnd) > 0 || p.Groups > 1 {
		c.Refuse(mistake.Optionf("got PadEnd or Groups, which pools do not have"))
	}
	kernel := build.OnAxes(p.Kernel, k, nil)
	return op.Windows{Kernel: kernel, Stride: build.OnAxes(p.Stride, k, kernel), Pad: build.OnAxes(p.Pad, k, []int{0}),
		Dilation: build.OnAxes(p.Dilation, k, []int{1}), Ceil: p.Ceil}
}

// MaxPool is the largest element of each window, NaN if there is one. The
// gradient goes to the first largest element. Padding is never the largest.
func MaxPool(b *graph.Builder, x *gorgonia.Node, p PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.MaxPool", x)
	defer c.Leave()
	return c.MaxPool(x, windows(b, x, p))
}

// AvgPool is the mean of each window.
func AvgPool(b *graph.Builder, x *gorgonia.Node, p PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.AvgPool", x)
	defer c.Leave()
	return c.AvgPool(x, windows(b, x, p), !p.InsideOnly)
}

// AdaptiveMaxPool is the largest element of each of out windows that share an
// axis: window i of n over m places reaches from ⌊i·m/n⌋ to before ⌈(i+1)·m/n⌉.
func AdaptiveMaxPool(b *graph.Builder, x *gorgonia.Node, out ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.AdaptiveMaxPool", x)
	defer c.Leave()
	return c.AdaptiveMaxPool(x, out)
}

// AdaptiveAvgPool is the mean of each window of AdaptiveMaxPool.
func AdaptiveAvgPool(b *graph.Builder, x *gorgonia.Node, out ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.AdaptiveAvgPool", x)
	defer c.Leave()
	return c.AdaptiveAvgPool(x, out)
}

// GlobalAvgPool is the mean of each channel: x: [N, C, ...]; result [N, C].
func GlobalAvgPool(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "nn.GlobalAvgPool", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	var axes []int
	for i := 2; i < len(s); i++ {
		axes = append(axes, i)
	}
	if len(axes) == 0 {
		c.Refuse(mistake.Shapef("got %v, want [N, C, ...] with spatial axes", s))
		return nil
	}
	return b.Mean(x, axes...)
}

// LPPool returns (Σ xᵖ)^(1/p) over the places of each window that lie inside of the
// image, p being the power, above 0 and finite. x should not be negative unless p is
// even. The gradient is 0 where the sum is 0, and for p < 1 that of an element that is
// 0 is 0 too.
func LPPool(b *graph.Builder, x *gorgonia.Node, power float64, p PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.LPPool", x)
	defer c.Leave()
	if !(power > 0) || math.IsInf(power, 1) {
		c.Refuse(mistake.Optionf("got the power %v, want it above 0 and finite", power))
		return nil
	}
	each := b.PowConst(x, power)
	if power < 1 {
		zero := c.EqConst(x, 0)
		each = b.Where(zero, c.Fill(x, 0), b.PowConst(b.Where(zero, c.Fill(x, 1), x), power))
	}
	return c.Root(SumPool(b, each, p), power)
}

// SumPool is the sum of each window.
func SumPool(b *graph.Builder, x *gorgonia.Node, p PoolOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.SumPool", x)
	defer c.Leave()
	return c.SumPool(x, windows(b, x, p))
}

// SamePadding is the padding of a convolution of stride 1 whose results have the
// extents of its images: the odd place of an axis is behind.
func SamePadding(kernel, dilation []int) (pad, padEnd []int) {
	for i, k := range kernel {
		d := 1
		if len(dilation) > 0 {
			d = dilation[min(i, len(dilation)-1)]
		}
		total := d * (k - 1)
		pad, padEnd = append(pad, total/2), append(padEnd, total-total/2)
	}
	return pad, padEnd
}
