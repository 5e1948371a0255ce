package nn

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// PatchOptions say which windows of images Patches and FromPatches read and write.
type PatchOptions struct {
	Kernel    []int // extents of the window, for each spatial axis or one for all; default 1
	Windowing       // Stride, Pad, PadEnd and Dilation
}

// patching is how windows lie over images: one number for each spatial axis.
type patching struct {
	kernel, windows  []int // extents of a window, and how many windows there are
	stride, dilation []int
	pad, padEnd      []int
}

// Patches copies each window of images to a column (im2col). x: [N, C, In...] with one to
// three spatial axes, result: [N, C·Π Kernel, Π Out], with the elements of a channel's
// window next to each other and Out as of Convolve. An infinite or NaN element appears in
// its windows, and nowhere else.
//
// Errors: ErrShape for windows that do not fit the images, ErrOption for Groups.
func Patches(b *graph.Builder, x *gorgonia.Node, o PatchOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.Patches", x)
	defer c.Leave()
	s := c.Shape(x)
	if !o.holds(c) {
		return nil
	}
	k := len(s) - 2
	kernel := build.OnAxes(o.Kernel, k, []int{1})
	switch {
	case k < 1 || k > 3 || s[1] < 1:
		c.Refuse(mistake.Shapef("got %v, want [N, C, In...] with one to three spatial axes and at least one channel", s))
		return nil
	case len(kernel) != k || slices.Min(kernel) < 1:
		c.Refuse(mistake.Shapef("got the kernel %v for %d spatial axes, want an extent of at least 1 for each", o.Kernel, k))
		return nil
	}
	w := o.Windowing
	w.Groups = s[1]
	a := w.attrs(k)
	out, err := op.ConvOut(a, s, append(ir.Shape{s[1], 1}, kernel...))
	if err == nil {
		if _, size := append(out.Clone(), kernel...).CheckedSize(op.MaxElements); size != nil {
			err = mistake.Shapef("got %v windows of %v elements: %v", out[2:], kernel, size)
		}
	}
	if err != nil {
		c.Refuse(err)
		return nil
	}
	p := patching{kernel, out[2:], a.Ints("stride"), a.Ints("dilation"), a.Ints("pad"), a.Ints("padend")}
	y := b.Pad(x, p.pad, p.padEnd, graph.PadZeros)
	for i := range k {
		y = c.IndexSelect(y, pixels(b, p, i), 2+i)
	}
	y = b.Transpose(b.Reshape(y, append([]int{s[0], s[1]}, alternate(kernel, p.windows)...)...), append([]int{0, 1}, oddsLast(k)...)...)
	return b.Reshape(y, s[0], s[1]*ir.Shape(kernel).Size(), out[2:].Size())
}

// holds says whether the settings are such as patches have; if not it fails.
func (o PatchOptions) holds(c *build.Core) bool {
	if c.OK() && o.Groups != 0 {
		c.Refuse(mistake.Optionf("got Groups, want none for patches"))
	}
	return c.OK()
}

// FromPatches adds columns up to images of the extents out: what the gradient of Patches
// does (col2im). x: [N, C·Π Kernel, L] with a column for each of the L windows, result:
// [N, C, out...].
//
// Errors: ErrShape for windows that do not fit the images, ErrOption for Groups.
func FromPatches(b *graph.Builder, x *gorgonia.Node, out []int, o PatchOptions) *gorgonia.Node {
	c := build.Enter(b, "nn.FromPatches", x)
	defer c.Leave()
	s := c.Shape(x)
	if !o.holds(c) {
		return nil
	}
	p, err := patchesOf(s, out, o)
	if err != nil {
		c.Refuse(err)
		return nil
	}
	k, channels := len(out), s[1]/ir.Shape(p.kernel).Size()
	y := b.Reshape(x, append([]int{s[0], channels}, append(slices.Clone(p.kernel), p.windows...)...)...)
	y = b.Transpose(y, append([]int{0, 1}, alternate(counting(2, k), counting(2+k, k))...)...)
	merged, inside := []int{s[0], channels}, []graph.Span{graph.All(), graph.All()}
	for i := range k {
		merged = append(merged, p.kernel[i]*p.windows[i])
		inside = append(inside, graph.Range(p.pad[i], p.pad[i]+out[i]))
	}
	y = b.Reshape(y, merged...)
	for i := range k {
		y = c.IndexPut(y, pixels(b, p, i), 2+i, out[i]+p.pad[i]+p.padEnd[i])
	}
	return b.Slice(y, inside...)
}

// patchesOf are the windows whose columns, of the shape s, make images of the extents out.
func patchesOf(s ir.Shape, out []int, o PatchOptions) (patching, error) {
	k := len(out)
	pad := build.OnAxes(o.Pad, k, []int{0})
	p := patching{kernel: build.OnAxes(o.Kernel, k, []int{1}), stride: build.OnAxes(o.Stride, k, []int{1}),
		dilation: build.OnAxes(o.Dilation, k, []int{1}), pad: pad, padEnd: build.OnAxes(o.PadEnd, k, pad)}
	if len(s) != 3 || k < 1 || k > 3 {
		return p, mistake.Shapef("got %v and the extents %v, want [N, C·Π Kernel, L] and one to three extents", s, out)
	}
	n := 1
	for _, list := range [][]int{p.kernel, p.stride, p.dilation, p.pad, p.padEnd} {
		if len(list) != k {
			return p, mistake.Shapef("got %v for the extents %v, want one number for each or one for all", list, out)
		}
	}
	for i := range k {
		if p.kernel[i] < 1 || p.stride[i] < 1 || p.dilation[i] < 1 || min(p.pad[i], p.padEnd[i]) < 0 {
			return p, mistake.Shapef("got the kernel %v, the stride %v, the dilation %v and the padding %v and %v, want at least 1, 1, 1, 0 and 0",
				p.kernel, p.stride, p.dilation, p.pad, p.padEnd)
		}
		if most := 1 << 30; max(out[i], p.kernel[i], p.pad[i], p.padEnd[i], p.dilation[i]) > most || p.kernel[i] > op.MaxElements/n {
			return p, mistake.Shapef("got the extents %v, the kernel %v, the dilation %v and the padding %v and %v, want at most %d",
				out, p.kernel, p.dilation, p.pad, p.padEnd, most)
		}
		n *= p.kernel[i]
		room := out[i] + p.pad[i] + p.padEnd[i] - p.dilation[i]*(p.kernel[i]-1) - 1
		if room < 0 {
			return p, mistake.Shapef("got the kernel %v, want one that fits into the extents %v", p.kernel, out)
		}
		p.windows = append(p.windows, room/p.stride[i]+1)
	}
	if s[1]%n != 0 {
		return p, mistake.Shapef("got columns of %d elements, want a multiple of the kernel's %d", s[1], n)
	}
	if l, err := ir.Shape(p.windows).CheckedSize(op.MaxElements); err != nil || l != s[2] {
		return p, mistake.Shapef("got %d columns, want one for each of the %v windows", s[2], p.windows)
	}
	return p, nil
}

// pixels are the indices on spatial axis i, with its padding, that each element of the
// kernel reads, window by window.
func pixels(b *graph.Builder, p patching, i int) *gorgonia.Node {
	c := build.Of(b)
	if !c.Holds(p.kernel[i], p.windows[i]) {
		return c.Missing()
	}
	at := make([]int, 0, p.kernel[i]*p.windows[i])
	for element := range p.kernel[i] {
		for window := range p.windows[i] {
			at = append(at, window*p.stride[i]+element*p.dilation[i])
		}
	}
	return b.ConstInts(at, len(at))
}

// alternate are the elements of x and y in turn.
func alternate(x, y []int) []int {
	var out []int
	for i := range x {
		out = append(out, x[i], y[i])
	}
	return out
}

// counting are the n numbers from first on.
func counting(first, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = first + i
	}
	return out
}

// oddsLast are the axes 2 to 2k+1: every other one, and then those between.
func oddsLast(k int) []int {
	var out []int
	for i := range 2 * k {
		out = append(out, 2+2*i%(2*k)+2*i/(2*k))
	}
	return out
}
