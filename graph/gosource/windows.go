package gosource

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// windowRules are those of convolutions, pools and resampling.
var windowRules = map[string]rule{
	"conv":      steps(convolution),
	"convinput": steps(transposedConvolution),
	"maxpool":   steps(func(c *call) { pool(c, "maxPool", c.shape(0), c.v.Type.Shape) }),
	"avgpool":   steps(func(c *call) { pool(c, "avgPool", c.shape(0), c.v.Type.Shape) }),
	"avgpoolgrad": steps(func(c *call) {
		pool(c, "avgPoolBack", c.v.Type.Shape, c.shape(0))
	}),
	"resample": steps(resample),
	"im2col":   steps(func(c *call) { columns(c, "columns", c.shape(0)) }),
	"col2im":   steps(func(c *call) { columns(c, "columnsBack", c.v.Type.Shape) }),
}

// axes3 returns spatial settings as those of three axes, the first ones being 1.
func axes3(n []int, otherwise int) [3]int {
	out := [3]int{otherwise, otherwise, otherwise}
	copy(out[3-len(n):], n)
	return out
}

// triple writes three numbers.
func triple(n [3]int) string { return fmt.Sprintf("[3]int{%d, %d, %d}", n[0], n[1], n[2]) }

// convolution pads the images, and multiplies each window by the weights. Numbers of a window and
// their weights come column by column, as convolve lays them out.
func convolution(c *call) {
	x, w, y := c.shape(0), c.shape(1), c.v.Type.Shape
	if *c.known.At(c.v.In[1]) == nil {
		panic(export.Refuse(c.v, "got weights that depend on the inputs, want parameters"))
	}
	groups, taps := c.v.Attrs.Int("groups"), w[2:].Size()
	stride, dilation := c.v.Attrs.Ints("stride"), c.v.Attrs.Ints("dilation")
	padded, lo := x.Clone(), c.v.Attrs.Ints("pad")
	for i := range w[2:] {
		padded[2+i] = (y[2+i]-1)*stride[i] + (w[2+i]-1)*dilation[i] + 1
	}
	in := c.surrounded(x, padded, lo)
	k, wide, out := w[1]*taps, w[len(w)-1], w[0]/groups
	var all [][]float64
	weights := (*c.known.At(c.v.In[1])).floats
	for g := range groups {
		all = append(all, weights[g*out*k:(g+1)*out*k])
	}
	var parts []ref
	for g, w := range all {
		parts = append(parts, c.pack(fmt.Sprintf("v%d group %d", c.v.In[1].ID, g), k, out, func(i, j int) float64 {
			return w[j*k+i%(k/wide)*wide+i/(k/wide)]
		}))
	}
	step := dilation[len(dilation)-1]
	lines := c.new(scratch, (padded[len(padded)-1]+step-1)/step*step*k/wide)
	lines.first = len(c.steps)
	text := fmt.Sprintf("window{images: %d, channels: %d, groups: %d, outputs: %d, in: %s, kernel: %s, out: %s, stride: %s, dilation: %s}", x[0], w[1], groups, out,
		triple(axes3(padded[2:], 1)), triple(axes3(w[2:], 1)), triple(axes3(y[2:], 1)), triple(axes3(stride, 1)), triple(axes3(dilation, 1)))
	whole := ref{b: parts[0].b, n: 0}
	for _, p := range parts {
		whole.n += p.n
	}
	c.do("convolve", in, ref{b: lines, n: lines.size}, text, whole)
}

// surrounded returns the images in zeros, or cut, so that they have the extents padded: lo before
// the first element of each spatial axis.
func (c *call) surrounded(x, padded ir.Shape, lo []int) ref {
	from := c.at(c.v.In[0])
	same := x.Equal(padded)
	for _, n := range lo {
		same = same && n == 0
	}
	if same {
		return c.in(0)
	}
	to := loc{c.new(scratch, padded.Size()), ir.Dense(padded)}
	part := ir.Layout{Offset: from.l.Offset, Shape: x.Clone(), Stride: from.l.Stride}
	into := ir.Layout{Shape: part.Shape, Stride: to.l.Stride}
	for i, n := range lo {
		into.Offset += n * to.l.Stride[2+i]
		part.Shape[2+i] = max(0, min(x[2+i], padded[2+i]-n))
	}
	note := c.note
	c.note = fmt.Sprintf("// the images %v in zeros: %v", x, padded)
	c.add(&step{call: "clear", dst: to.dense()})
	if part.Shape.Size() > 0 {
		c.copies(loc{to.b, into}, loc{from.b, part}, false)
	}
	c.note = note
	return to.dense()
}

// transposedConvolution adds each element, multiplied by the weights, to its window.
func transposedConvolution(c *call) {
	x, w, y := c.shape(0), c.shape(1), c.v.Type.Shape
	groups := c.v.Attrs.Int("groups")
	text := fmt.Sprintf("window{images: %d, channels: %d, groups: %d, outputs: %d, in: %s, kernel: %s, out: %s, stride: %s, dilation: %s}", x[0], w[1], groups, w[0]/groups,
		triple(axes3(y[2:], 1)), triple(axes3(w[2:], 1)), triple(axes3(x[2:], 1)), triple(axes3(c.v.Attrs.Ints("stride"), 1)), triple(axes3(c.v.Attrs.Ints("dilation"), 1)))
	c.do("convolveBack", c.in(0), c.in(1), text, triple(axes3(c.v.Attrs.Ints("pad"), 0)))
}

// pool is a pool over the images x with as many windows as out says.
func pool(c *call, name string, x, out ir.Shape) {
	in := []any{c.in(0), triple(axes3(x[2:], 1))}
	axes := len(x) - 2
	for k := range 3 {
		spans := "{0, 1, 1, 1}"
		if i := k - (3 - axes); i >= 0 {
			var all []string
			for j := range out[2+i] {
				all = append(all, spanOf(c.v.Attrs, i, j, x[2+i], out[2+i]))
			}
			spans = strings.Join(all, ", ")
		}
		in = append(in, c.table("spans", "[]span{"+spans+"}"))
	}
	c.do(name, in...)
}

// spanOf writes window j of out on spatial axis i, of n elements: where it starts, how many elements it
// has, how far apart these are, and what a mean divides by.
func spanOf(a ir.Attrs, i, j, n, out int) string {
	if a.Bool("adaptive") {
		start := j * n / out
		count := ((j+1)*n+out-1)/out - start
		return fmt.Sprintf("{%d, %d, 1, %d}", start, count, count)
	}
	pad, step := a.Ints("pad")[i], a.Ints("dilation")[i]
	start, first, count, div := j*a.Ints("stride")[i]-pad, 0, 0, 0
	for k := range a.Ints("kernel")[i] {
		at := start + k*step
		if at < n+pad {
			div++
		}
		if at >= 0 && at < n {
			if count == 0 {
				first = at
			}
			count++
		}
	}
	switch {
	case a.Bool("sum"):
		div = 1
	case !a.Bool("countpad"):
		div = count
	}
	return fmt.Sprintf("{%d, %d, %d, %d}", first, count, step, div)
}

// resample is a linear map along an axis, whose weights the row's own formula tells.
func resample(c *call) {
	n, inner := c.line(0)
	to := c.v.Type.Shape[c.v.Attrs.Int("axis")]
	f := &ir.Func{}
	identity := make([]float64, n*n)
	for i := range n {
		identity[i*n+i] = 1
	}
	in := f.AddConst(ir.Type{DType: ir.F64, Shape: ir.Shape{n, n}}, identity)
	v, err := f.New(c.v.Def, c.v.Attrs.With("axis", 1), in)
	if err != nil {
		panic(export.Refuse(c.v, "%v", err))
	}
	weights := make([]float64, n*to)
	op.Resample.Ref(&ir.Call[float64]{V: v, Out: weights, In: [][]float64{identity}})
	var rows strings.Builder
	for j := range to {
		rows.WriteString("{")
		for i := range n {
			if w := weights[i*to+j]; w != 0 {
				fmt.Fprintf(&rows, "{%d, %s}, ", i, c.literal(w))
			}
		}
		rows.WriteString("},\n")
	}
	c.do("resample", c.in(0), n, inner, c.table("taps", "[][]tap{\n"+rows.String()+"}"))
}

// columns lays windows of images out as rows, or adds them back.
func columns(c *call, name string, images ir.Shape) {
	kernel, pad, stride, dilation := c.v.Attrs.Ints("kernel"), c.v.Attrs.Ints("pad"), c.v.Attrs.Ints("stride"), c.v.Attrs.Ints("dilation")
	out := c.v.Type.Shape[1:3]
	if name == "columnsBack" {
		out = c.shape(0)[1:3]
	}
	text := fmt.Sprintf("window{images: %d, channels: %d, in: %s, kernel: %s, out: %s, stride: %s, dilation: %s}", images[0], images[1],
		triple(axes3(images[2:], 1)), triple(axes3(kernel, 1)), triple(axes3(out, 1)), triple(axes3(stride, 1)), triple(axes3(dilation, 1)))
	c.do(name, c.in(0), text, triple(axes3(pad, 0)))
}
