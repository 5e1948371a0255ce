package main

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// This file has convolutions and pools.

func init() {
	rules["Conv"] = conv
	rules["ConvTranspose"] = convTranspose
	rules["MaxPool"] = maxPool
	rules["AveragePool"] = averagePool
	rules["LpPool"] = lpPool
	rules["GlobalAveragePool"] = global(nn.GlobalAvgPool)
	rules["GlobalMaxPool"] = global(nn.GlobalMaxPool)
	rules["GlobalLpPool"] = globalLP
}

// windows are the attributes of a window over images.
type windows struct {
	nn.Windowing
	kernel []int
}

// windows reads the attributes. The kernel is that of the attribute, if there is one.
func (c *call) windows(shape, kernel []int) windows {
	k := len(shape) - 2
	if a := c.ints("kernel_shape", 0, 0); len(a) > 0 {
		kernel = a
	}
	w := windows{kernel: kernel}
	w.Stride, w.Dilation = c.ints("strides", k, 1), c.ints("dilations", k, 1)
	pads := c.ints("pads", 2*k, 0)
	w.Pad, w.PadEnd = pads[:k:k], pads[k:]
	switch auto := c.string("auto_pad", "NOTSET"); auto {
	case "NOTSET":
	case "VALID":
		w.Pad, w.PadEnd = make([]int, k), make([]int, k)
	case "SAME_UPPER", "SAME_LOWER":
		w.Pad, w.PadEnd = make([]int, k), make([]int, k)
		for i, in := range shape[2:] {
			out := (in + w.Stride[i] - 1) / w.Stride[i]
			total := max(0, (out-1)*w.Stride[i]+(kernel[i]-1)*w.Dilation[i]+1-in)
			w.Pad[i], w.PadEnd[i] = halves(total, auto == "SAME_UPPER")
		}
	default:
		c.open("auto_pad = %s", auto)
	}
	return w
}

// halves cuts padding in two; upper says that the second is the larger one.
func halves(total int, upper bool) (before, after int) {
	if upper {
		return total / 2, total - total/2
	}
	return total - total/2, total / 2
}

// biased adds input 2, a bias for each channel, if it is given.
func (c *call) biased(y *gorgonia.Node) []*gorgonia.Node {
	if bias := c.tensor(2); bias != nil && y != nil {
		shape := slices.Repeat([]int{1}, len(c.Shape(y))-1)
		shape[0] = c.Shape(bias)[0]
		y = c.Add(y, c.Reshape(bias, shape...))
	}
	return []*gorgonia.Node{y}
}

func conv(c *call) []*gorgonia.Node {
	x, w := c.tensor(0), c.tensor(1)
	o := c.windows(c.Shape(x), c.Shape(w)[2:])
	o.Groups = c.int("group", 1)
	return c.biased(nn.Convolve(c.Builder, x, w, o.Windowing))
}

func convTranspose(c *call) []*gorgonia.Node {
	x, w := c.tensor(0), c.tensor(1)
	in := c.Shape(x)[2:]
	k, auto := len(in), c.string("auto_pad", "NOTSET")
	kernel := c.Shape(w)[2:]
	c.ints("kernel_shape", 0, 0)
	o := nn.Windowing{Stride: c.ints("strides", k, 1), Dilation: c.ints("dilations", k, 1), Groups: c.int("group", 1)}
	pads, extra := c.ints("pads", 2*k, 0), slices.Clone(c.ints("output_padding", k, 0))
	o.Pad, o.PadEnd = slices.Clone(pads[:k]), slices.Clone(pads[k:])
	shape := c.ints("output_shape", 0, 0)
	if len(shape) == 0 && (auto == "SAME_UPPER" || auto == "SAME_LOWER") {
		for i, n := range in {
			shape = append(shape, n*o.Stride[i])
		}
	}
	for i, n := range shape[max(0, len(shape)-k):] {
		total := o.Stride[i]*(in[i]-1) + extra[i] + (kernel[i]-1)*o.Dilation[i] + 1 - n
		o.Pad[i], o.PadEnd[i] = halves(max(total, 0), auto == "SAME_UPPER")
		extra[i] += max(-total, 0)
	}
	return c.biased(nn.ConvolveTranspose(c.Builder, x, w, o, extra...))
}

// pooled returns the windows of a pool of x, and x with the padding that pools do not have,
// which is not the same on both sides: its elements are v.
func (c *call) pooled(x *gorgonia.Node, v float64) (*gorgonia.Node, nn.PoolOptions) {
	w := c.windows(c.Shape(x), nil)
	ceil := c.int("ceil_mode", 0) == 1
	o := nn.PoolOptions{Kernel: w.kernel, Ceil: ceil, Windowing: nn.Windowing{Stride: w.Stride, Dilation: w.Dilation}}
	plain := slices.Equal(w.Pad, w.PadEnd)
	for i, p := range w.Pad {
		plain = plain && 2*p <= w.kernel[i]
	}
	if plain {
		o.Pad = w.Pad
		return x, o
	}
	if ceil {
		c.open("ceil_mode with padding that differs on both sides")
	}
	return c.PadConst(x, w.Pad, w.PadEnd, v), o
}

// maxPool also returns where in x the largest elements are: the derivative of the pool along
// the numbers of the pixels.
func maxPool(c *call) []*gorgonia.Node {
	x, columns := c.tensor(0), c.int("storage_order", 0) == 1
	padded, o := c.pooled(x, math.Inf(-1))
	y := nn.MaxPool(c.Builder, padded, o)
	if len(c.outputs) < 2 || y == nil {
		return []*gorgonia.Node{y}
	}
	places, err := autograd.JVP(gorgonia.Nodes{y}, gorgonia.Nodes{x}, gorgonia.Nodes{c.places(c.Shape(x), columns)})
	if err != nil {
		c.open("%v", err)
	}
	return []*gorgonia.Node{y, places[0]}
}

// places returns the numbers of the elements of images, in which the last axis varies
// fastest; with columns, it is the first spatial axis.
func (c *call) places(s []int, columns bool) *gorgonia.Node {
	pixels := 1
	for _, d := range s[2:] {
		pixels *= d
	}
	v := make([]float64, s[0]*s[1]*pixels)
	for i := range v {
		v[i] = float64(i)
	}
	if !columns {
		return c.Const(v, s...)
	}
	turned, perm := slices.Clone(s), []int{0, 1}
	slices.Reverse(turned[2:])
	for i := len(s) - 1; i >= 2; i-- {
		perm = append(perm, i)
	}
	return c.Transpose(c.Const(v, turned...), perm...)
}

// averagePool divides sums by the numbers of elements where AvgPool has no such padding.
func averagePool(c *call) []*gorgonia.Node {
	x := c.tensor(0)
	y, o := c.pooled(x, 0)
	inside := c.int("count_include_pad", 0) == 0
	if y == x || !inside {
		o.InsideOnly = inside
		return []*gorgonia.Node{nn.AvgPool(c.Builder, y, o)}
	}
	counts, _ := c.pooled(c.ones(x), 0)
	return []*gorgonia.Node{c.Div(nn.SumPool(c.Builder, y, o), nn.SumPool(c.Builder, counts, o))}
}

// ones returns ones of the shape of x.
func (c *call) ones(x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	n := 1
	for _, d := range s {
		n *= d
	}
	return c.Const(slices.Repeat([]float64{1}, n), s...)
}

func lpPool(c *call) []*gorgonia.Node {
	x, o := c.pooled(c.Abs(c.tensor(0)), 0)
	return []*gorgonia.Node{nn.LPPool(c.Builder, x, float64(c.int("p", 2)), o)}
}

// global returns a pool of whole images, with extents of 1.
func global(pool func(*graph.Builder, *gorgonia.Node) *gorgonia.Node) func(c *call) []*gorgonia.Node {
	return func(c *call) []*gorgonia.Node {
		x := c.tensor(0)
		shape := slices.Repeat([]int{1}, len(c.Shape(x)))
		copy(shape, c.Shape(x)[:2])
		return []*gorgonia.Node{c.Reshape(pool(c.Builder, x), shape...)}
	}
}

func globalLP(c *call) []*gorgonia.Node {
	x := c.Abs(c.tensor(0))
	return []*gorgonia.Node{nn.LPPool(c.Builder, x, float64(c.int("p", 2)), nn.PoolOptions{Kernel: c.Shape(x)[2:]})}
}
