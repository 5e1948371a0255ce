package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Scatter is x with elements of s instead of its own where the index says, along an
// axis: y[i, index[i, j, k], k] = s[i, j, k] for axis 1. If the index names an element
// twice, the last one stays. dx is d with zeros there; ds gathers d for those that stay.
var Scatter Entry

func init() {
	define(&Scatter, Entry{
		Def: ir.Def{Name: "scatter", Class: ir.Opaque, Arity: 3, Infer: inferScatterInto,
			Range: func(v *ir.Value, i int) (int, bool) { return v.Type.Shape[v.Attrs.Int("axis")], i == 2 },
			F32:   ir.Kernel[float32]{Prepare: prepareScatterInto, Run: putInto[float32]},
			F64:   ir.Kernel[float64]{Prepare: prepareScatterInto, Run: putInto[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s, index, axis := n.In[1], n.In[2], n.Attrs.Int("axis")
			dx := c.Apply(&Scatter, n.Attrs, d, c.Fill(s, 0), index)
			return []*gorgonia.Node{dx, c.Select(c.stays(n), c.Gather(d, index, axis), c.Fill(s, 0)), nil}
		},
		Ref: func(c *ir.Call[float64]) {
			c.State, _ = prepareScatterInto(c.V, 1)
			putInto(c)
		},
		Samples: scatterSamples,
	})
}

// scatterSamples are the applications of rows that put s into x.
func scatterSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{3, 4}, {3, 2}, {3, 2}}, Int: []int{0, 0, 4}, Attrs: ir.A("axis", 1)},
		{In: []ir.Shape{{5, 3}, {7, 3}, {7, 3}}, Int: []int{0, 0, 5}, Attrs: ir.A("axis", 0)},
	}
}

func inferScatterInto(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if err := checkIndex(in[0], in[2], a.Int("axis")); err != nil {
		return ir.Type{}, err
	}
	if in[1].DType != in[0].DType {
		return ir.Type{}, dtypef("got %v to put into %v, want one element type", in[1], in[0])
	}
	if !in[1].Shape.Equal(in[2].Shape) {
		return ir.Type{}, shapef("got %v and the index %v, want equal shapes", in[1].Shape, in[2].Shape)
	}
	return in[0], nil
}

func prepareScatterInto(v *ir.Value, _ int) (any, int) {
	return newPlaces(v.Type.Shape, v.In[2].Type.Shape, v.Attrs.Int("axis")), 0
}

// scatterInto copies x and lets f see each element's place in the result.
func scatterInto[T ir.Float](c *ir.Call[T], f func(i, at int)) {
	p := c.State.(*places)
	copy(c.Out, c.In[0])
	p.each(c.IntIn[2], func(i, at int) {
		if at < 0 {
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", c.IntIn[2][i], i, p.n-1))
			return
		}
		f(i, at)
	})
}

func putInto[T ir.Float](c *ir.Call[T]) {
	scatterInto(c, func(i, at int) { c.Out[at] = c.In[1][i] })
}

// stays is 1 for the elements of s that the result of the scatter n has, 0 for
// those that another has replaced: each leaves its number and looks for it.
func (c *Ctx) stays(n Applied) *gorgonia.Node {
	numbers := c.Reshape(c.CumSum(c.Reshape(c.Fill(n.In[1], 1), ir.Shape{c.Shape(n.In[1]).Size()}), 0), c.Shape(n.In[1]))
	left := c.Apply(&Scatter, n.Attrs, c.Fill(n.In[0], 0), numbers, n.In[2])
	return c.Eq(c.Gather(left, n.In[2], n.Attrs.Int("axis")), numbers)
}

// Scatter puts s into x where the index says, along the axis.
func (c *Ctx) Scatter(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&Scatter, axis, nil, x, s, index)
}
