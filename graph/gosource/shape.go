package gosource

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// shapeRules are those of operators that move elements. A view costs nothing: whoever reads it
// walks the operand in another order.
var shapeRules = map[string]rule{
	"reshape": view, "transpose": view, "broadcast": view, "slice": view, "sizeof": view,
	"sliceto": steps(func(c *call) { panic(export.Refuse(c.v, "got a slice with a shape, want a slice and a reshape")) }),

	"concat": steps(func(c *call) {
		dst, axis, at := c.made(c.v), c.v.Attrs.Int("axis"), 0
		for i, x := range c.v.In {
			l := ir.Layout{Offset: at * dst.l.Stride[axis], Shape: x.Type.Shape, Stride: dst.l.Stride}
			at += x.Type.Shape[axis]
			if x.Type.Shape.Size() == 0 {
				continue
			}
			if i > 0 {
				c.note = "// part " + fmt.Sprint(i)
			}
			c.put(loc{dst.b, l}, x)
		}
	}),
	"unslice": steps(func(c *call) {
		dst := c.made(c.v)
		c.add(&step{call: "clear", dst: dst.dense()})
		l := ir.Layout{Shape: c.shape(0), Stride: append([]int(nil), dst.l.Stride...)}
		for i, s := range dst.l.Stride {
			l.Offset += c.v.Attrs.Ints("start")[i] * s
			l.Stride[i] = s * c.v.Attrs.Ints("step")[i]
		}
		if l.Shape.Size() > 0 {
			c.put(loc{dst.b, l}, c.v.In[0])
		}
	}),
	"repeat": steps(func(c *call) {
		axis, count := c.v.Attrs.Int("axis"), c.v.Attrs.Int("count")
		from := c.at(c.v.In[0])
		spread := func(l ir.Layout, stride int) ir.Layout { // the axis becomes two
			out := ir.Layout{Offset: l.Offset}
			for i, d := range c.shape(0) {
				out.Shape, out.Stride = append(out.Shape, d), append(out.Stride, l.Stride[i])
				if i == axis {
					out.Shape, out.Stride = append(out.Shape, count), append(out.Stride, stride)
				}
			}
			return out
		}
		dst := c.made(c.v)
		to := spread(dst.l, dst.l.Stride[axis])
		to.Stride[axis] *= count
		c.copies(loc{dst.b, to}, loc{from.b, spread(from.l, 0)}, false)
	}),
	"band": steps(func(c *call) {
		s := c.v.Type.Shape
		c.do("band", c.in(0), s[len(s)-2], s[len(s)-1], c.v.Attrs.Int("lo"), c.v.Attrs.Int("hi"))
	}),
}

// view is the rule of operators that only say in which order the operand's elements are read.
var view = steps(func(c *call) {
	u, ok := c.uniform(c.v)
	if !ok {
		panic(export.Refuse(c.v, "got a view to compute, want one to read"))
	}
	c.use("fill")
	c.add(&step{call: "fill", dst: c.made(c.v).dense(), in: []any{c.literal(u)}})
})

// put copies the elements of x to where to says.
func (c *call) put(to loc, x *ir.Value) {
	if u, ok := c.uniform(x); ok && to.l.IsDense() {
		c.use("fill")
		c.add(&step{call: "fill", dst: to.dense(), in: []any{c.literal(u)}})
		return
	}
	c.copies(to, c.at(x), c.v.Type.DType == ir.Int)
}
