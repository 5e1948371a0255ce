package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Unslice puts x into zeros of the attribute shape, at the places that a Slice
// with the same start, count and step would take: dx is that slice of d.
var Unslice Entry

func init() {
	define(&Unslice, Entry{
		Def: ir.Def{Name: "unslice", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				whole := ir.Type{DType: in[0].DType, Shape: append(ir.Shape{}, a.Ints("shape")...)}
				part, err := inferSlice([]ir.Type{whole}, a)
				if err != nil {
					return ir.Type{}, err
				}
				if !part.Shape.Equal(in[0].Shape) {
					return ir.Type{}, shapef("got %v, want %v", in[0].Shape, part.Shape)
				}
				return whole, nil
			},
			F32: unslice[float32](), F64: unslice[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			a := n.Attrs
			return []*gorgonia.Node{c.Apply(&Slice, ir.A("start", a.Ints("start"), "count", a.Ints("count"), "step", a.Ints("step")), d)}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			scatter(c.Out, c.In[0], unsliceLayout(c.V), make([]int, len(c.V.Type.Shape)))
		},
		Samples: []Sample{
			{In: []ir.Shape{{3}}, Attrs: ir.A("start", []int{1}, "count", []int{3}, "step", []int{1}, "shape", []int{5})},
			{In: []ir.Shape{{2, 3}}, Attrs: ir.A("start", []int{3, 1}, "count", []int{2, 3}, "step", []int{-2, 2}, "shape", []int{4, 6})},
		},
	})
}

// unsliceLayout is where the operand's elements lie in the result.
func unsliceLayout(v *ir.Value) ir.Layout {
	l := ir.Layout{Shape: v.In[0].Type.Shape, Stride: v.Type.Shape.Strides()}
	for i, s := range l.Stride {
		l.Offset += v.Attrs.Ints("start")[i] * s
		l.Stride[i] = s * v.Attrs.Ints("step")[i]
	}
	return l
}

// scatter writes src to dst through l; idx is memory for an index.
func scatter[T ir.Float](dst, src []T, l ir.Layout, idx []int) {
	clear(idx)
	at := l.Offset
	for _, x := range src {
		dst[at] = x
		for k := len(idx) - 1; k >= 0; k-- {
			at += l.Stride[k]
			if idx[k]++; idx[k] < l.Shape[k] {
				break
			}
			at -= idx[k] * l.Stride[k]
			idx[k] = 0
		}
	}
}

type unslicing struct {
	l   ir.Layout
	idx []int
}

func unslice[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			return &unslicing{unsliceLayout(v), make([]int, len(v.Type.Shape))}, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*unslicing)
			clear(c.Out)
			scatter(c.Out, c.In[0], s.l, s.idx)
		},
	}
}
