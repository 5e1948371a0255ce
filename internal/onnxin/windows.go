package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// windowRules are those of convolutions and of what folds windows of images.
var windowRules = map[string]rule{
	"Conv":          {least: 2, most: 3, make: conv},
	"ConvTranspose": {least: 2, most: 3, make: convTranspose},
	"Col2Im":        {least: 3, most: 3, settings: []int{1, 2}, make: col2Im},
}

// windows are the attributes of a window over images.
type windows struct {
	nn.Windowing
	kernel []int
}

// spatial returns the spatial extents of operand 0, which holds images [N, C, In...].
func (c *call) spatial() []int {
	s := c.dims(0)
	if len(s) < 3 || len(s) > 5 {
		c.refuse("got %v, want [N, C, In...] with one to three spatial axes", s)
	}
	return s[2:]
}

// perAxis returns an attribute with k numbers, each at least low, or k times the fallback.
func (c *call) perAxis(name string, k, fallback, low int) []int {
	list := c.intsAttr(name, slices.Repeat([]int{fallback}, k))
	if len(list) != k || slices.ContainsFunc(list, func(v int) bool { return v < low }) {
		c.malformed("got %s = %v, want %d numbers of at least %d", name, list, k, low)
	}
	return list
}

// windows reads the attributes. kernel has the extents that the weights have, or nil.
func (c *call) windows(kernel []int) windows {
	in := c.spatial()
	k := len(in)
	w := windows{kernel: c.kernel(k, kernel)}
	w.Stride, w.Dilation = c.perAxis("strides", k, 1, 1), c.perAxis("dilations", k, 1, 1)
	pads := c.perAxis("pads", 2*k, 0, 0)
	w.Pad, w.PadEnd = slices.Clone(pads[:k]), slices.Clone(pads[k:])
	auto := c.textAttr("auto_pad", "NOTSET")
	switch auto {
	case "NOTSET", "":
		return w
	case "VALID", "SAME_UPPER", "SAME_LOWER":
	default:
		c.refuse("got auto_pad = %q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	for i, n := range in {
		w.Pad[i], w.PadEnd[i] = 0, 0
		if auto != "VALID" {
			out := (n + w.Stride[i] - 1) / w.Stride[i]
			total := max(0, (out-1)*w.Stride[i]+(w.kernel[i]-1)*w.Dilation[i]+1-n)
			w.Pad[i], w.PadEnd[i] = halves(total, auto == "SAME_UPPER")
		}
	}
	return w
}

// kernel returns the extents of the window, which the weights may have too.
func (c *call) kernel(k int, weights []int) []int {
	kernel := c.intsAttr("kernel_shape", weights)
	if len(kernel) != k || slices.ContainsFunc(kernel, func(v int) bool { return v < 1 }) || weights != nil && !slices.Equal(kernel, weights) {
		c.malformed("got kernel_shape = %v for weights of %v, want %d extents of at least 1", kernel, weights, k)
	}
	return kernel
}

// halves cuts padding in two; upper says that the second is the larger one.
func halves(total int, upper bool) (before, after int) {
	if upper {
		return total / 2, total - total/2
	}
	return total - total/2, total / 2
}

// weights returns the spatial extents of operand 1, the weights.
func (c *call) weights() []int {
	s, w := c.dims(0), c.dims(1)
	if len(w) != len(s) {
		c.malformed("got weights %v for the images %v, want as many axes", w, s)
	}
	return w[2:]
}

// groups returns the attribute group.
func (c *call) groups() int {
	g := c.intAttr("group", 1)
	if g < 1 {
		c.malformed("got group = %d, want at least 1", g)
	}
	return g
}

// biased adds operand 2, a bias for each channel, if it is given.
func (c *call) biased(y node) []Value {
	if !c.has(2) {
		return c.floats(y)
	}
	shape := slices.Repeat([]int{1}, len(c.dims(0))-1)
	shape[0] = size(c.dims(2))
	return c.floats(c.Add(y, c.Reshape(c.float(2), shape...)))
}

func conv(c *call) []Value {
	x, w := c.float(0), c.float(1)
	c.spatial()
	o := c.windows(c.weights())
	o.Groups = c.groups()
	return c.biased(nn.Convolve(c.Builder, x, w, o.Windowing))
}

// convTranspose derives its padding from the extents of the result, if they are given.
func convTranspose(c *call) []Value {
	x, w := c.float(0), c.float(1)
	in, kernel := c.spatial(), c.weights()
	k, auto := len(in), c.textAttr("auto_pad", "NOTSET")
	c.kernel(k, kernel)
	o := nn.Windowing{Stride: c.perAxis("strides", k, 1, 1), Dilation: c.perAxis("dilations", k, 1, 1), Groups: c.groups()}
	pads, extra := c.perAxis("pads", 2*k, 0, 0), slices.Clone(c.perAxis("output_padding", k, 0, 0))
	o.Pad, o.PadEnd = slices.Clone(pads[:k]), slices.Clone(pads[k:])
	shape := c.intsAttr("output_shape", nil)
	switch auto {
	case "NOTSET", "":
	case "VALID":
		o.Pad, o.PadEnd = make([]int, k), make([]int, k)
	case "SAME_UPPER", "SAME_LOWER":
		for i, n := range in {
			if len(c.intsAttr("output_shape", nil)) == 0 {
				shape = append(shape, n*o.Stride[i])
			}
		}
	default:
		c.refuse("got auto_pad = %q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	if len(shape) > 0 && len(shape) < k {
		c.malformed("got output_shape = %v, want %d extents", shape, k)
	}
	for i, n := range shape[max(0, len(shape)-k):] {
		total := o.Stride[i]*(in[i]-1) + extra[i] + (kernel[i]-1)*o.Dilation[i] + 1 - n
		o.Pad[i], o.PadEnd[i] = halves(max(total, 0), auto == "SAME_UPPER")
		extra[i] += max(-total, 0)
	}
	return c.biased(nn.ConvolveTranspose(c.Builder, x, w, o, extra...))
}

// col2Im adds the columns of windows to an image.
func col2Im(c *call) []Value {
	s, out, block := c.dims(0), c.ints(1), c.ints(2)
	k := len(out)
	if len(s) != 3 || len(block) != k || k < 1 || k > 3 {
		c.refuse("got columns %v for an image of %v and blocks of %v, want one to three spatial axes", s, out, block)
	}
	o := nn.Windowing{Stride: c.perAxis("strides", k, 1, 1), Dilation: c.perAxis("dilations", k, 1, 1)}
	pads := c.perAxis("pads", 2*k, 0, 0)
	inner := size(block)
	if inner == 0 || s[1]%inner != 0 {
		c.malformed("got columns %v for blocks of %v, want a multiple of %d elements", s, block, inner)
	}
	channels := s[1] / inner
	counts, full, extra := make([]int, k), make([]int, k), make([]int, k)
	for i := range k {
		full[i] = out[i] + pads[i] + pads[k+i]
		rest := full[i] - (block[i]-1)*o.Dilation[i] - 1
		counts[i], extra[i] = rest/o.Stride[i]+1, rest%o.Stride[i]
	}
	if size(counts) != s[2] {
		c.malformed("got %d windows for an image of %v, want %d", s[2], out, size(counts))
	}
	o.Groups = channels // each channel adds its own windows: a transposed convolution with ones at one place
	o.Pad, o.PadEnd = pads[:k], pads[k:]
	x := c.Reshape(c.float(0), append([]int{s[0], s[1]}, counts...)...)
	ones := make([]float64, inner*inner)
	for i := range inner {
		ones[i*inner+i] = 1
	}
	w := c.Broadcast(c.Const(ones, append([]int{1, inner, 1}, block...)...), append([]int{channels, inner, 1}, block...)...)
	w = c.Reshape(w, append([]int{channels * inner, 1}, block...)...)
	return c.floats(nn.ConvolveTranspose(c.Builder, x, w, o, extra...))
}

// global returns a pool of whole images, with extents of 1.
func global(f func(b *graph.Builder, x node) node) rule {
	return rule{least: 1, most: 1, make: func(c *call) []Value {
		shape := slices.Repeat([]int{1}, len(c.dims(0)))
		if len(shape) < 2 {
			c.malformed("got %v, want [N, C, In...]", c.dims(0))
		}
		copy(shape, c.dims(0)[:2])
		return c.floats(c.Reshape(f(c.Builder, c.float(0)), shape...))
	}}
}
