package nn

import (
	"math/rand/v2"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Windowing says how a window, such as a kernel, moves over images. Each list has one
// number for each spatial axis, or one for all of them; nil is the default.
type Windowing struct {
	Stride   []int // pixels from window to window, ≥ 1; default 1, for pools the kernel's extents
	Pad      []int // zeros before each axis, ≥ 0; default 0
	PadEnd   []int // zeros after each axis, ≥ 0; default Pad; not for pools
	Dilation []int // pixels from one element of the window to the next, ≥ 1; default 1
	Groups   int   // groups of channels that are computed apart, ≥ 1; default 1; of convolutions alone
}

// attrs are the attributes of a convolution over k spatial axes.
func (w Windowing) attrs(k int) ir.Attrs {
	pad := build.OnAxes(w.Pad, k, []int{0})
	return ir.A("stride", build.OnAxes(w.Stride, k, []int{1}), "pad", pad, "padend", build.OnAxes(w.PadEnd, k, pad),
		"dilation", build.OnAxes(w.Dilation, k, []int{1}), "groups", w.groups())
}

// groups is Groups, or its default.
func (w Windowing) groups() int {
	if w.Groups == 0 {
		return 1
	}
	return w.Groups
}

// ConvOptions are the settings of Conv and of ConvTranspose.
type ConvOptions struct {
	Out          int               // output channels, ≥ 1
	Kernel       []int             // extents of the kernel, for each spatial axis or one for all
	Windowing                      // Stride, Pad, PadEnd, Dilation and Groups
	NoBias       bool              // leave the bias out
	WeightNorm   bool              // learn the length and the direction of each kernel apart, see WeightNorm
	SpectralNorm bool              // divide the weight by its largest singular value, see SpectralNorm
	Weight       graph.Initializer // of the weight; nil: HeUniform()
	Bias         graph.Initializer // of the bias; nil: Zeros()
}

// Conv is a convolutional layer: it returns Convolve(x, W) plus a bias for each output
// channel. x: [N, C, In...] with one to three spatial axes, result: [N, Out, ...]. With
// Groups = C each channel has kernels of its own (a depthwise convolution).
//
// It owns name/weight: [Out, C/Groups, Kernel...], with WeightNorm name/gain: [Out], with
// SpectralNorm the states name/u: [Out] and name/v, and, unless NoBias is set, name/bias:
// [Out].
//
// Errors: ErrShape for x, a kernel or windows that do not fit each other, ErrOption for
// Out < 1.
func Conv(b *graph.Builder, name string, x *gorgonia.Node, o ConvOptions) *gorgonia.Node {
	c := enter(b, "nn.Conv", name, x)
	defer c.Leave()
	return c.Label(name, o.layer(b, "Conv", name, x, func(l layer, in int, kernel []int) *gorgonia.Node {
		shape := append([]int{o.Out, in / o.groups()}, kernel...)
		return Convolve(b, x, l.weight(either(o.Weight, graph.HeUniform()), o.norm(), 0, shape...), o.Windowing)
	}))
}

// ConvTranspose is a layer of a transposed convolution, which makes images larger: it
// returns ConvolveTranspose(x, W) plus a bias for each output channel. x: [N, C, In...] with
// one to three spatial axes, result: [N, Out, ...]. extra is that of ConvolveTranspose.
//
// It owns name/weight: [C, Out/Groups, Kernel...], with WeightNorm name/gain: [Out/Groups],
// with SpectralNorm the states name/u: [Out/Groups] and name/v, and, unless NoBias is set,
// name/bias: [Out]. The default of Weight is HeUniform() with the fans of the convolution
// from C to Out channels.
//
// Errors: as of Conv.
func ConvTranspose(b *graph.Builder, name string, x *gorgonia.Node, o ConvOptions, extra ...int) *gorgonia.Node {
	c := enter(b, "nn.ConvTranspose", name, x)
	defer c.Leave()
	return c.Label(name, o.layer(b, "ConvTranspose", name, x, func(l layer, in int, kernel []int) *gorgonia.Node {
		init := func(dst []float64, _ []int, r *rand.Rand) error {
			return graph.HeUniform()(dst, append([]int{o.Out, in / o.groups()}, kernel...), r)
		}
		shape := append([]int{in, o.Out / o.groups()}, kernel...)
		return ConvolveTranspose(b, x, l.weight(either(o.Weight, init), o.norm(), 1, shape...), o.Windowing, extra...)
	}))
}

// norm is how the weight is made of parameters.
func (o ConvOptions) norm() norming { return norming{o.WeightNorm, o.SpectralNorm} }

// layer returns a convolution of x, which convolve makes with a weight of its own, plus a
// bias. convolve takes the channels of x and the extents of the kernel.
func (o ConvOptions) layer(b *graph.Builder, kind, name string, x *gorgonia.Node, convolve func(l layer, in int, kernel []int) *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	if !leavesOut(c, "Bias", o.NoBias, o.Bias) || !o.norm().holds(c) {
		return nil
	}
	kernel := build.OnAxes(o.Kernel, len(s)-2, nil)
	if err := o.fits(s, kernel, o.groups()); err != nil {
		c.Refuse(err)
		return nil
	}
	var y *gorgonia.Node
	own(b, name, kind, func(l layer) {
		y = convolve(l, s[1], kernel)
		if !o.NoBias {
			y = b.Add(y, c.Channels(l.param("bias", o.Bias, graph.Zeros(), o.Out), y))
		}
	})
	return y
}

// fits says what is wrong with images of the shape s for the layer.
func (o ConvOptions) fits(s ir.Shape, kernel []int, groups int) error {
	switch {
	case len(s) < 3 || len(s) > 5:
		return mistake.Shapef("got %v, want [N, C, In...] with one to three spatial axes", s)
	case len(kernel) != len(s)-2:
		return mistake.Shapef("got the kernel %v for %d spatial axes, want one extent for each", o.Kernel, len(s)-2)
	case o.Out < 1:
		return mistake.Optionf("got %d output channels, want at least 1", o.Out)
	case groups < 1:
		return mistake.Optionf("got %d groups, want at least 1", groups)
	case s[1]%groups != 0 || o.Out%groups != 0:
		return mistake.Shapef("got %d input and %d output channels in %d groups, want a number of groups that divides both", s[1], o.Out, groups)
	}
	return nil
}

// Convolve returns the convolution of images x: [N, C, In...] with kernels w: [O,
// C/Groups, K...], over one to three spatial axes. As everywhere in deep learning the
// kernel is not flipped:
//
//	y[n, o, p] = Σ over c, k of x[n, c, p·Stride + k·Dilation − Pad]·w[o, c, k]
//
// x counts as 0 outside of the image. The result is [N, O, Out...] with Out = ⌊(In + Pad
// + PadEnd − (K−1)·Dilation − 1)/Stride⌋ + 1. Conv is the layer that owns w and a bias.
//
// 3×3 kernels without Stride, Dilation and Groups may be computed by Winograd's
// algorithm, in tiles of 4×4 pixels of y. Its rounding error is relative to the largest
// Σ |x·w| of a tile, and one infinite or NaN element of x may make a whole tile NaN.
//
// Errors: ErrShape for shapes and windows that do not fit.
func Convolve(b *graph.Builder, x, w *gorgonia.Node, o Windowing) *gorgonia.Node {
	c := build.Enter(b, "nn.Convolve", x, w)
	defer c.Leave()
	return c.Conv(x, w, o.attrs(len(c.Shape(x))-2))
}

// ConvolveTranspose returns the transposed convolution of x: [N, C, In...] with kernels
// w: [C, O/Groups, K...]: what the gradient of Convolve does to images. The result is [N,
// O, Out...] with Out = (In−1)·Stride − Pad − PadEnd + (K−1)·Dilation + 1 + extra. A
// stride maps several extents to one In; extra, 0 by default, chooses one of them.
// ConvTranspose is the layer that owns w and a bias.
//
// Errors: ErrShape for shapes and windows that do not fit.
func ConvolveTranspose(b *graph.Builder, x, w *gorgonia.Node, o Windowing, extra ...int) *gorgonia.Node {
	c := build.Enter(b, "nn.ConvolveTranspose", x, w)
	defer c.Leave()
	k := len(c.Shape(x)) - 2
	more, stride := build.OnAxes(extra, k, []int{0}), build.OnAxes(o.Stride, k, []int{1})
	end := build.OnAxes(o.PadEnd, k, build.OnAxes(o.Pad, k, []int{0}))
	zeros := make([]int, max(0, k))
	for i := range zeros {
		if i < min(len(more), len(stride), len(end)) && more[i] >= stride[i] { // cut less off, and append zeros
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

// SamePadding returns the Pad and PadEnd of a convolution of stride 1 whose results have
// the extents of its images. Where an odd number of zeros is needed, PadEnd has one more.
// A nil dilation is 1.
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
