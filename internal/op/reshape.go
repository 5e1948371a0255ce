package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Reshape gives x another shape of the same size, in row-major order: dx has
// x's shape again.
var Reshape Entry

func init() {
	define(&Reshape, Entry{
		Def: ir.Def{Name: "reshape", Class: ir.Move, Arity: 1, Infer: inferReshape,
			View: func(v *ir.Value, in ir.Layout) (ir.Layout, bool) {
				if !in.IsDense() {
					return withOnes(in, v.Type.Shape)
				}
				l := ir.Dense(v.Type.Shape)
				l.Offset = in.Offset
				return l, true
			},
			Simplify: func(f *ir.Func, v *ir.Value) *ir.Value {
				x := v.In[0]
				if x.Type.Equal(v.Type) {
					return x
				}
				if w := withoutKeep(f, v); w != nil {
					return w
				}
				if x.Def != v.Def {
					return nil
				}
				w, err := f.New(v.Def, v.Attrs, x.In[0])
				if err != nil {
					return nil
				}
				return w
			}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Reshape(d, c.Shape(n.In[0]))}
		},
		Ref: func(c *ir.Call[float64]) { copy(c.Out, c.In[0]) },
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 6}}, Attrs: ir.A("shape", []int{3, 4})},
				{In: []ir.Shape{{1}}, Attrs: ir.A("shape", []int{})},
			}
		},
	})
}

// withOnes is the layout in with other axes of extent 1. It is not ok if the other axes
// are not those of the shape.
func withOnes(in ir.Layout, shape ir.Shape) (_ ir.Layout, ok bool) {
	out := ir.Layout{Offset: in.Offset, Shape: shape, Stride: make([]int, len(shape))}
	k := 0
	for i, d := range shape {
		if d == 1 {
			continue
		}
		for k < len(in.Shape) && in.Shape[k] == 1 {
			k++
		}
		if k == len(in.Shape) || in.Shape[k] != d {
			return ir.Layout{}, false
		}
		out.Stride[i] = in.Stride[k]
		k++
	}
	return out, true
}

// withoutKeep is v as the fold that does not keep the axes which v drops.
func withoutKeep(f *ir.Func, v *ir.Value) *ir.Value {
	x := v.In[0]
	if x.Def == nil || x.Def.Class != ir.Reduce || !x.Attrs.Bool("keep") {
		return nil
	}
	w, err := f.New(x.Def, x.Attrs.With("keep", false), x.In...)
	if err != nil || !w.Type.Equal(v.Type) {
		return nil
	}
	return w
}

func inferReshape(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	to := ir.Shape(a.Ints("shape"))
	n, err := to.CheckedSize(MaxElements)
	if err != nil {
		return ir.Type{}, shapef("%v", err)
	}
	if n != in[0].Shape.Size() {
		return ir.Type{}, shapef("got the shape %v of %d elements for %v, want %d elements", to, n, in[0].Shape, in[0].Shape.Size())
	}
	return ir.Type{DType: in[0].DType, Shape: to.Clone()}, nil
}

// Reshape gives x the shape, in which one extent may be -1: what is left.
func (c *Ctx) Reshape(x *gorgonia.Node, shape ir.Shape) *gorgonia.Node {
	from := c.Shape(x)
	if c.Err != nil || from.Equal(shape) {
		return x
	}
	to, free, n := shape.Clone(), -1, 1
	for i, d := range to {
		if d == -1 {
			if free >= 0 {
				c.Fail("reshape", "", []*gorgonia.Node{x}, shapef("got the shape %v, want at most one extent of -1", shape))
				return nil
			}
			free = i
			continue
		}
		n *= d
	}
	if free >= 0 {
		if n <= 0 || from.Size()%n != 0 {
			c.Fail("reshape", "", []*gorgonia.Node{x}, shapef("got the shape %v for %v, want extents whose product divides %d", shape, from, from.Size()))
			return nil
		}
		to[free] = from.Size() / n
	}
	return c.Apply(&Reshape, ir.A("shape", []int(to)), x)
}
