package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Broadcast repeats x along new leading axes and along its axes of extent 1, as
// NumPy does: dx sums d over them.
var Broadcast Entry

func init() {
	define(&Broadcast, Entry{
		Def: ir.Def{Name: "broadcast", Class: ir.Move, Arity: 1, Infer: inferBroadcast, View: viewBroadcast,
			Simplify: func(_ *ir.Func, v *ir.Value) *ir.Value {
				if v.In[0].Type.Equal(v.Type) {
					return v.In[0]
				}
				return nil
			}},
		VJP: vjp1(func(_ *Ctx, _, _, d *gorgonia.Node) *gorgonia.Node { return d }), // summed back by the walk
		Ref: refView,
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{}}, Attrs: ir.A("shape", []int{2, 3})},
				{In: []ir.Shape{{3}}, Attrs: ir.A("shape", []int{2, 3})},
				{In: []ir.Shape{{2, 1, 3}}, Attrs: ir.A("shape", []int{4, 2, 5, 3})},
				{In: []ir.Shape{{65, 1}}, Attrs: ir.A("shape", []int{65, 33})},
			}
		},
	})
}

func inferBroadcast(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	from, to := in[0].Shape, ir.Shape(a.Ints("shape"))
	off := len(to) - len(from)
	ok := off >= 0
	for i := 0; ok && i < len(from); i++ {
		ok = from[i] == to[off+i] || from[i] == 1
	}
	if !ok {
		return ir.Type{}, shapef("got %v, want a shape that broadcasts to %v", from, to)
	}
	return ir.Type{DType: in[0].DType, Shape: to.Clone()}, nil
}

func viewBroadcast(v *ir.Value, in ir.Layout) (ir.Layout, bool) {
	to := v.Type.Shape
	out := ir.Layout{Offset: in.Offset, Shape: to, Stride: make([]int, len(to))}
	off := len(to) - len(in.Shape)
	for i, d := range in.Shape {
		if d == to[off+i] {
			out.Stride[off+i] = in.Stride[i]
		}
	}
	return out, true
}

// BroadcastShape is the shape that both broadcast to.
func BroadcastShape(x, y ir.Shape) (ir.Shape, error) {
	n := max(len(x), len(y))
	out := make(ir.Shape, n)
	for i := range out {
		a, b := 1, 1
		if j := i - (n - len(x)); j >= 0 {
			a = x[j]
		}
		if j := i - (n - len(y)); j >= 0 {
			b = y[j]
		}
		switch {
		case a == b || b == 1:
			out[i] = a
		case a == 1:
			out[i] = b
		default:
			return nil, shapef("got %v and %v: %d and %d on axis %d, want equal extents or 1", x, y, a, b, i-n)
		}
	}
	return out, nil
}

// Broadcast repeats x to the shape; x itself if it has it.
func (c *Ctx) Broadcast(x *gorgonia.Node, shape ir.Shape) *gorgonia.Node {
	if c.Err != nil || c.Shape(x).Equal(shape) {
		return x
	}
	return c.Apply(&Broadcast, ir.A("shape", []int(shape.Clone())), x)
}

// SumTo sums x down to a shape that broadcasts to x's.
func (c *Ctx) SumTo(x *gorgonia.Node, shape ir.Shape) *gorgonia.Node {
	from := c.Shape(x)
	if c.Err != nil || from.Equal(shape) {
		return x
	}
	off := len(from) - len(shape)
	var axes []int
	for i := range from {
		if i < off || shape[i-off] != from[i] {
			axes = append(axes, i)
		}
	}
	return c.Reshape(c.Sum(x, axes, true), shape)
}
