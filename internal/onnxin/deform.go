package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// deformRules has the convolution whose windows are moved by offsets.
var deformRules = map[string]rule{
	"DeformConv": {least: 3, most: 5, make: deformConv},
}

// deformConv reads each pixel of a window at a place between pixels, which an offset moves. A mask
// weighs it. Groups of channels may have offsets of their own.
func deformConv(c *call) []Value {
	s, t := c.dims(0), c.dims(1)
	if len(s) != 4 || len(t) != 4 {
		c.refuse("got %v and the weights %v, want images [N, C, H, W]", s, t)
	}
	w, groups, apart := c.windows(t[2:]), c.groups(), c.intAttr("offset_group", 1)
	taps, out := size(w.kernel), make([]int, 2)
	for i, n := range s[2:] {
		out[i] = (n+w.Pad[i]+w.PadEnd[i]-(w.kernel[i]-1)*w.Dilation[i]-1)/w.Stride[i] + 1
	}
	switch want := append([]int{s[0], 2 * apart * taps}, out...); {
	case apart < 1 || s[1]%apart != 0 || s[1]%groups != 0 || t[0]%groups != 0 || t[1] != s[1]/groups:
		c.malformed("got %d groups and %d groups of offsets for %v and the weights %v, want divisors of the channels", groups, apart, s, t)
	case !slices.Equal(c.dims(2), want):
		c.malformed("got offsets %v, want %v", c.dims(2), want)
	}
	offsets := c.Reshape(c.float(2), s[0], apart, taps, 2, out[0], out[1])
	var parts []node
	for g := range apart {
		channels := s[1] / apart
		x := c.Slice(c.float(0), graph.All(), graph.Range(g*channels, (g+1)*channels))
		grid := c.deformed(c.at(offsets, 1, g), w, s[2:], out)
		y := nn.GridSample(c.Builder, x, grid, nn.GridOptions{Mode: nn.ResizeLinear})
		y = c.Reshape(y, s[0], channels, taps, out[0], out[1])
		if c.has(4) {
			mask := c.Reshape(c.float(4), s[0], apart, taps, out[0], out[1])
			y = c.Mul(y, c.Unsqueeze(c.at(mask, 1, g), 1))
		}
		parts = append(parts, y)
	}
	x := c.Reshape(c.Concat(1, parts...), s[0], groups, s[1]/groups*taps, size(out))
	y := c.MatMul(c.Reshape(c.float(1), groups, t[0]/groups, t[1]*taps), x)
	y = c.Reshape(y, s[0], t[0], out[0], out[1])
	if c.has(3) {
		y = c.Add(y, c.channelwise(c.float(3), 4))
	}
	return c.floats(y)
}

// deformed returns the places of all taps for GridSample, from -1 to 1 over images of the extents
// in: [N, taps·H, W, 2]. offsets: [N, taps, 2, H, W], along the rows first.
func (c *call) deformed(offsets node, w windows, in, out []int) node {
	n, taps := c.Shape(offsets)[0], size(w.kernel)
	var axes []node
	for i := range 2 {
		base := make([]float64, taps*size(out))
		for k := range base {
			at, tap := k/out[1]%out[0], k/size(out)/w.kernel[1]
			if i == 1 {
				at, tap = k%out[1], k/size(out)%w.kernel[1]
			}
			base[k] = float64(at*w.Stride[i] - w.Pad[i] + tap*w.Dilation[i])
		}
		place := c.Add(c.at(offsets, 2, i), c.Const(base, taps, out[0], out[1]))
		axes = append(axes, c.AddConst(c.Scale(c.AddConst(place, 0.5), 2/float64(in[i])), -1))
	}
	return c.Reshape(c.Stack(4, axes[1], axes[0]), n, taps*out[0], out[1], 2)
}
