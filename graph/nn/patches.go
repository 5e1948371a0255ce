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

// patching is how windows lie over images: one number for each spatial axis.
type patching struct {
	kernel, windows  []int // taps, and windows
	stride, dilation []int
	pad, padEnd      []int
}

// Patches are the windows of images as columns: x: [N, C, In...]; result [N, C·Π
// Kernel, Π Out], the taps of a channel side by side (im2col). Out is that of Conv;
// no Groups. Elements are copied: one that is infinite or NaN is found in its windows,
// at its taps.
func Patches(b *graph.Builder, x *gorgonia.Node, kernel []int, w Windowing) *gorgonia.Node {
	c := build.Enter(b, "nn.Patches", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	k := len(s) - 2
	kernel = build.OnAxes(kernel, k, []int{1})
	if k < 1 || k > 3 || len(kernel) != k || slices.Min(kernel) < 1 || s[1] < 1 {
		c.Refuse(mistake.Shapef("got %v and the kernel %v, want [N, C, ...] of one to three spatial axes and an extent for each", s, kernel))
		return nil
	}
	w.Groups = s[1]
	a := w.attrs(k)
	out, err := op.ConvOut(a, s, append(ir.Shape{s[1], 1}, kernel...))
	if err == nil {
		if _, size := append(out.Clone(), kernel...).CheckedSize(op.MaxElements); size != nil {
			err = mistake.Shapef("got %v windows of %v: %v", out[2:], kernel, size)
		}
	}
	if err != nil {
		c.Refuse(err)
		return nil
	}
	p := patching{kernel, out[2:], a.Ints("stride"), a.Ints("dilation"), a.Ints("pad"), a.Ints("padend")}
	y := b.Pad(x, p.pad, p.padEnd, graph.PadZeros)
	for i := range k {
		y = c.IndexSelect(y, places(b, p, i), 2+i)
	}
	y = b.Transpose(b.Reshape(y, append([]int{s[0], s[1]}, alternate(kernel, p.windows)...)...), append([]int{0, 1}, oddsLast(k)...)...)
	return b.Reshape(y, s[0], s[1]*ir.Shape(kernel).Size(), out[2:].Size())
}

// FromPatches adds columns up to images: what Patches' gradient does. x: [N, C·Π
// Kernel, Π of the windows]; result [N, C, out...]. Groups and PadEnd are not looked at.
func FromPatches(b *graph.Builder, x *gorgonia.Node, out, kernel []int, w Windowing) *gorgonia.Node {
	c := build.Enter(b, "nn.FromPatches", x)
	defer c.Leave()
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	p, err := patchesOf(s, out, kernel, w)
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
		y = c.IndexPut(y, places(b, p, i), 2+i, out[i]+2*p.pad[i])
	}
	return b.Slice(y, inside...)
}

// patchesOf are the windows of which columns of the shape s make images of the extents
// out.
func patchesOf(s ir.Shape, out, kernel []int, w Windowing) (patching, error) {
	k := len(out)
	p := patching{kernel: build.OnAxes(kernel, k, []int{1}), stride: build.OnAxes(w.Stride, k, []int{1}),
		dilation: build.OnAxes(w.Dilation, k, []int{1}), pad: build.OnAxes(w.Pad, k, []int{0})}
	if len(s) != 3 || k < 1 || k > 3 || len(p.kernel) != k || len(p.stride) != k || len(p.dilation) != k || len(p.pad) != k {
		return p, mistake.Shapef("got %v, the extents %v and the kernel %v, want [N, C·K, L] and as many numbers for each", s, out, p.kernel)
	}
	n := 1
	for i := range k {
		if p.kernel[i] < 1 || p.pad[i] < 0 || p.dilation[i] < 1 {
			return p, mistake.Shapef("got the kernel %v, the padding %v and the dilation %v, want at least 1, 0 and 1", p.kernel, p.pad, p.dilation)
		}
		if most := 1 << 30; max(out[i], p.kernel[i], p.pad[i], p.dilation[i]) > most || p.kernel[i] > op.MaxElements/n {
			return p, mistake.Shapef("got the extents %v, the kernel %v, the padding %v and the dilation %v, want at most %d", out, p.kernel, p.pad, p.dilation, most)
		}
		n *= p.kernel[i]
		room := out[i] + 2*p.pad[i] - p.dilation[i]*(p.kernel[i]-1) - 1
		if room < 0 || p.stride[i] < 1 {
			return p, mistake.Shapef("got the extents %v, in which the kernel %v does not fit", out, p.kernel)
		}
		p.windows = append(p.windows, room/p.stride[i]+1)
	}
	if s[1]%n != 0 {
		return p, mistake.Shapef("got %d channels for a kernel of %d taps, want a multiple", s[1], n)
	}
	if l, err := ir.Shape(p.windows).CheckedSize(op.MaxElements); err != nil || l != s[2] {
		return p, mistake.Shapef("got %d columns for %v windows, want one for each", s[2], p.windows)
	}
	return p, nil
}

// places are those of spatial axis i, with its padding, that each tap of the kernel
// sees, window by window.
func places(b *graph.Builder, p patching, i int) *gorgonia.Node {
	c := build.Of(b)
	if !c.Holds(p.kernel[i], p.windows[i]) {
		return c.Missing()
	}
	at := make([]int, 0, p.kernel[i]*p.windows[i])
	for tap := range p.kernel[i] {
		for window := range p.windows[i] {
			at = append(at, window*p.stride[i]+tap*p.dilation[i])
		}
	}
	return b.ConstInts(at, len(at))
}

// alternate are the elements of x and y, by turns.
func alternate(x, y []int) []int {
	var out []int
	for i := range x {
		out = append(out, x[i], y[i])
	}
	return out
}

// counting are n numbers from the first on.
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
