package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/conv"
	"gorgonia.org/gorgonia"
)

// ConvWeight is the derivative of Conv by its weights for a given d, of the
// shape of the result: x: [N, C, In...], d: [N, O, Out...]; result [O, C/groups,
// K...], K being the attribute kernel.
var ConvWeight Entry

func init() {
	define(&ConvWeight, Entry{
		Def: ir.Def{Name: "convweight", Class: ir.Opaque, Arity: 2, Infer: inferConvWeight,
			Cost: func(v *ir.Value) ir.Cost { return convCost(v, v.In[0].Type.Shape, v.Type.Shape, v.In[1].Type.Shape) },
			F32:  convWeightKernel[float32](), F64: convWeightKernel[float64]()},
		VJP: func(c *Ctx, n Applied, e *gorgonia.Node) []*gorgonia.Node {
			x, d := n.In[0], n.In[1]
			return []*gorgonia.Node{c.convInput(d, e, n.Attrs, c.Shape(x)), c.Conv(x, e, convOnly(n.Attrs))}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			refConv(convSpec(c.V.Attrs, c.V.In[0].Type.Shape, c.V.Type.Shape, c.V.In[1].Type.Shape), func(y, x, w int) {
				c.Out[w] += c.In[0][x] * c.In[1][y]
			})
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 3, 8}, {2, 4, 6}}, Attrs: convAttrs(1, 1, 0, 0, 1, 1).With("kernel", []int{3})},
				{In: []ir.Shape{{2, 4, 9}, {2, 6, 4}}, Attrs: convAttrs(1, 2, 1, 2, 2, 2).With("kernel", []int{3})},
				{In: []ir.Shape{{9, 1, 7, 6}, {9, 3, 7, 7}}, Attrs: convAttrs(2, 1, 1, 1, 1, 1).With("kernel", []int{3, 2})},
				{In: []ir.Shape{{1, 3, 6, 7}, {1, 3, 3, 4}}, Attrs: convAttrs(2, 2, 1, 1, 1, 3).With("kernel", []int{3, 3})},
			}
		},
	})
}

func inferConvWeight(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	x, d := in[0], in[1]
	if !x.DType.IsFloat() || !d.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v and %v, want floats", x, d)
	}
	groups, kernel := a.Int("groups"), a.Ints("kernel")
	if len(x.Shape) < 3 || len(d.Shape) != len(x.Shape) || len(kernel) != len(x.Shape)-2 || groups < 1 || x.Shape[1]%groups != 0 {
		return ir.Type{}, shapef("got images %v and %v, a kernel %v and %d groups, want [N, C, ...] and [N, O, ...] with one to three spatial axes", x.Shape, d.Shape, kernel, groups)
	}
	w := append(ir.Shape{d.Shape[1], x.Shape[1] / groups}, kernel...)
	y, err := ConvOut(a, x.Shape, w)
	if err != nil {
		return ir.Type{}, err
	}
	if !y.Equal(d.Shape) {
		return ir.Type{}, shapef("got %v, want %v: what the convolution of %v by %v has", d.Shape, y, x.Shape, w)
	}
	return ir.Type{DType: x.DType, Shape: w}, nil
}

func convWeightKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			p, err := conv.NewWeight[T](convSpec(v.Attrs, v.In[0].Type.Shape, v.Type.Shape, v.In[1].Type.Shape))
			if err != nil {
				panic("op: " + err.Error()) // the shape rule let through what it may not
			}
			return p, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			c.State.(*conv.Weight[T]).Run(c.Pool, c.Out, c.In[0], c.In[1], c.Scratch)
		},
	}
}

// convWeight is ConvWeight for weights of the shape w.
func (c *Ctx) convWeight(x, d *gorgonia.Node, a ir.Attrs, w ir.Shape) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	return c.Apply(&ConvWeight, convOnly(a).With("kernel", []int(spatial(w))), x, d)
}
