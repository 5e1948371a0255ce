package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// SliceTo is Slice in the shape of the attribute to, of equal size: gorgonia
// drops axes of one element when it slices. dx is d put back.
var SliceTo Entry

func init() {
	define(&SliceTo, Entry{
		Def: ir.Def{Name: "sliceto", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				t, err := inferSlice(in, a)
				if err != nil {
					return ir.Type{}, err
				}
				return inferReshape([]ir.Type{t}, ir.A("shape", a.Ints("to")))
			},
			Simplify: func(f *ir.Func, v *ir.Value) *ir.Value {
				s, err := f.New(&Slice.Def, sliceAttrs(v.Attrs), v.In[0])
				if err != nil {
					return nil
				}
				w, err := f.New(&Reshape.Def, ir.A("shape", v.Attrs.Ints("to")), s)
				if err != nil {
					return nil
				}
				return w
			},
			F32: ir.Kernel[float32]{Run: sliceTo[float32]}, F64: ir.Kernel[float64]{Run: sliceTo[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			d = c.Reshape(d, n.Attrs.Ints("count"))
			return []*gorgonia.Node{c.Apply(&Unslice, sliceAttrs(n.Attrs).With("shape", []int(c.Shape(n.In[0]))), d)}
		},
		Ref: sliceTo[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}}, Attrs: ir.A("start", []int{1, 0}, "count", []int{1, 4}, "step", []int{1, 1}, "to", []int{4})},
			}
		},
	})
}

// sliceAttrs are the attributes of a Slice among others.
func sliceAttrs(a ir.Attrs) ir.Attrs {
	return ir.A("start", a.Ints("start"), "count", a.Ints("count"), "step", a.Ints("step"))
}

func sliceTo[T ir.Float](c *ir.Call[T]) {
	l := ir.Dense(c.V.In[0].Type.Shape)
	for i, s := range l.Stride {
		l.Offset += c.V.Attrs.Ints("start")[i] * s
		l.Stride[i] = s * c.V.Attrs.Ints("step")[i]
	}
	l.Shape = c.V.Attrs.Ints("count")
	copyView(c.Out, c.In[0], l)
}
