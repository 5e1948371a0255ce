package onnx

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// windowRules are those of convolutions, pools and resampling.
var windowRules = map[string]rule{
	"conv": one(func(c *call) string {
		a := c.windows(c.v.In[1].Type.Shape[2:])
		a["group"] = c.int("groups")
		return c.node("Conv", a, c.arg(0), c.arg(1))
	}),
	"convinput": one(func(c *call) string {
		kernel := c.v.In[1].Type.Shape[2:]
		a := c.windows(kernel)
		a["group"] = c.int("groups")
		a["output_padding"] = c.extra(kernel, c.v.In[0].Type.Shape[2:], c.ints("in"), c.ints("padend"))
		return c.node("ConvTranspose", a, c.arg(0), c.arg(1))
	}),
	"maxpool": one(maxPool),
	"avgpool": one(avgPool),
	"avgpoolgrad": several(func(c *call) string {
		return c.eachAxis(op.AvgPoolGrad, func(a ir.Attrs, i int) ir.Attrs { return a.With("in", c.ints("in")[i:i+1]) })
	}),
	"resample": one(func(c *call) string {
		from, to := c.int("in"), c.int("out")
		if c.v.Attrs.Bool("back") {
			from, to = to, from
		}
		matrix := matrixOf(from, to, func(lines, out []float64) {
			applied(&op.Resample.Def, op.Resample.Ref, c.v.Attrs.With("axis", 1), lines, ir.Shape{from, from}, out)
		})
		return c.along(c.arg(0), c.int("axis"), len(c.v.Type.Shape), matrix, to)
	}),
	"im2col": several(func(c *call) string {
		y := c.node("Conv", c.windows(c.ints("kernel")), c.arg(0), c.columns(c.v.In[0].Type.Shape[1]))
		return c.node("Transpose", attrs{"perm": []int{0, 2, 3, 1}}, y)
	}),
	"col2im": several(func(c *call) string {
		kernel := c.ints("kernel")
		x := c.node("Transpose", attrs{"perm": []int{0, 3, 1, 2}}, c.arg(0))
		a := c.windows(kernel)
		a["output_padding"] = c.extra(kernel, c.v.In[0].Type.Shape[1:3], c.ints("in"), c.ints("pad"))
		return c.node("ConvTranspose", a, x, c.columns(c.v.Type.Shape[1]))
	}),
}

// windows returns the attributes of windows that the padding attributes pad and padend, or pad
// on both sides, surround.
func (c *call) windows(kernel []int) attrs {
	pad, end := c.ints("pad"), c.ints("padend")
	if end == nil || c.v.Attrs.Get("padend") == nil {
		end = pad
	}
	return attrs{"kernel_shape": slices.Clone(kernel), "strides": c.ints("stride"), "dilations": c.ints("dilation"), "pads": slices.Concat(pad, end)}
}

// extra returns what a transposed convolution adds at the ends to get the extents in.
func (c *call) extra(kernel, out, in, end []int) []int {
	extra := make([]int, len(in))
	for i := range in {
		plain := (out[i]-1)*c.ints("stride")[i] + (kernel[i]-1)*c.ints("dilation")[i] + 1 - c.ints("pad")[i] - end[i]
		extra[i] = in[i] - plain
	}
	return extra
}

// columns returns the weights of a convolution that lays the windows out as channels.
func (c *call) columns(channels int) string {
	kernel := c.ints("kernel")
	n := kernel[0] * kernel[1] * channels
	w := make([]float64, n*n)
	for i := range n {
		w[i*n+i] = 1
	}
	return c.array(w, n, channels, kernel[0], kernel[1])
}

// floors reports whether the number of windows is what fits into the padded images.
func (c *call) floors() bool {
	in, out := c.v.In[0].Type.Shape[2:], c.v.Type.Shape[2:]
	for i := range in {
		reach := (c.ints("kernel")[i]-1)*c.ints("dilation")[i] + 1
		if (in[i]+2*c.ints("pad")[i]-reach)/c.ints("stride")[i]+1 != out[i] {
			return false
		}
	}
	return true
}

// maxPool is MaxPool. A window over the end reads padding. Windows of different sizes are cut
// out one by one.
func maxPool(c *call) string {
	if c.v.Attrs.Bool("adaptive") {
		return adaptiveMax(c)
	}
	a := c.windows(c.ints("kernel"))
	if !c.floors() {
		in, out, k := c.v.In[0].Type.Shape[2:], c.v.Type.Shape[2:], len(c.v.Type.Shape)-2
		pads := a["pads"].([]int)
		for i := range in {
			reach := (c.ints("kernel")[i]-1)*c.ints("dilation")[i] + 1
			pads[k+i] = max(pads[k+i], (out[i]-1)*c.ints("stride")[i]+reach-in[i]-pads[i])
			if pads[k+i] >= c.ints("kernel")[i] {
				a["ceil_mode"], pads[k+i] = 1, pads[i]
			}
		}
	}
	return c.node("MaxPool", a, c.arg(0))
}

// adaptiveMax takes the largest element of each part of an axis, axis by axis.
func adaptiveMax(c *call) string {
	x := c.arg(0)
	for i, n := range c.v.Type.Shape[2:] {
		axis, in := 2+i, c.v.In[0].Type.Shape[2+i]
		var parts []string
		for j := range n {
			from, to := j*in/n, ((j+1)*in+n-1)/n
			part := c.do("Slice", x, c.list(from), c.list(to), c.list(axis))
			parts = append(parts, c.node("ReduceMax", attrs{"axes": []int{axis}, "keepdims": 1}, part))
		}
		x = c.node("Concat", attrs{"axis": axis}, parts...)
	}
	return x
}

// avgPool is AveragePool where that has its windows, else a product along each axis.
func avgPool(c *call) string {
	a := c.v.Attrs
	if a.Bool("adaptive") || a.Bool("sum") || slices.ContainsFunc(c.ints("dilation"), func(n int) bool { return n != 1 }) || !c.floors() {
		return c.eachAxis(op.AvgPool, func(a ir.Attrs, i int) ir.Attrs { return a })
	}
	w := c.windows(c.ints("kernel"))
	delete(w, "dilations")
	if a.Bool("countpad") {
		w["count_include_pad"] = 1
	}
	return c.node("AveragePool", w, c.arg(0))
}

// eachAxis multiplies each spatial axis by the matrix of a linear pool of that axis alone.
func (c *call) eachAxis(e op.Entry, more func(a ir.Attrs, i int) ir.Attrs) string {
	y := c.arg(0)
	from, to := c.v.In[0].Type.Shape, c.v.Type.Shape
	for i := range to[2:] {
		a := c.v.Attrs
		for _, key := range []string{"kernel", "stride", "pad", "dilation", "out"} {
			if v := a.Ints(key); len(v) > i {
				a = a.With(key, v[i:i+1])
			}
		}
		n, m := from[2+i], to[2+i]
		matrix := matrixOf(n, m, func(lines, out []float64) { applied(&e.Def, e.Ref, more(a, i), lines, ir.Shape{n, 1, n}, out) })
		y = c.along(y, 2+i, len(to), matrix, m)
	}
	return y
}
