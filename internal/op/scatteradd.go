package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"gorgonia.org/gorgonia"
)

// ScatterAdd adds the elements of x to zeros where the index says, along an axis, whose
// extent is an attribute: y[i, index[i, j, k], k] += x[i, j, k] for axis 1, in the order
// of x. dx gathers d.
var ScatterAdd Entry

func init() {
	define(&ScatterAdd, Entry{
		Def: ir.Def{Name: "scatteradd", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				whole := ir.Type{DType: in[0].DType, Shape: append(ir.Shape{}, a.Ints("extent")...)}
				if err := checkIndex(whole, in[1], a.Int("axis")); err != nil {
					return ir.Type{}, err
				}
				if !in[0].Shape.Equal(in[1].Shape) {
					return ir.Type{}, shapef("got %v and the index %v, want equal shapes", in[0].Shape, in[1].Shape)
				}
				return whole, nil
			},
			Range: func(v *ir.Value, i int) (int, bool) { return v.Type.Shape[v.Attrs.Int("axis")], i == 1 },
			F32:   ir.Kernel[float32]{Prepare: prepareScatterAdd, Run: scatterAdd[float32]},
			F64:   ir.Kernel[float64]{Prepare: prepareScatterAdd, Run: scatterAdd[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&Gather, ir.A("axis", n.Attrs.Int("axis")), d, n.In[1]), nil}
		},
		Ref: func(c *ir.Call[float64]) {
			p := newPlaces(c.V.Type.Shape, c.V.In[1].Type.Shape, c.V.Attrs.Int("axis"))
			clear(c.Out)
			p.each(c.IntIn[1], func(i, at int) { c.Out[at] += c.In[0][i] })
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 2}, {3, 2}}, Int: []int{0, 4}, Attrs: ir.A("axis", 1, "extent", []int{3, 4})},
				{In: []ir.Shape{{7, 3}, {7, 3}}, Int: []int{0, 5}, Attrs: ir.A("axis", 0, "extent", []int{5, 3})},
			}
		},
	})
}

// scattering is the state of a prepared ScatterAdd.
type scattering struct {
	*places
	long bool // many elements may meet at a place: what rounding takes is kept in scratch
}

func prepareScatterAdd(v *ir.Value, _ int) (any, int) {
	axis := v.Attrs.Int("axis")
	s := &scattering{places: newPlaces(v.Type.Shape, v.In[1].Type.Shape, axis)}
	if s.long = v.In[1].Type.Shape[axis] > exact.Block; s.long {
		return s, v.Type.Shape.Size()
	}
	return s, 0
}

func scatterAdd[T ir.Float](c *ir.Call[T]) {
	s := c.State.(*scattering)
	lost := c.Scratch[:0]
	if s.long {
		lost = c.Scratch[:len(c.Out)]
		clear(lost)
	}
	clear(c.Out)
	s.each(c.IntIn[1], func(i, at int) {
		switch {
		case at < 0:
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", c.IntIn[1][i], i, s.n-1))
		case s.long:
			e := exact.Sum[T]{Sum: c.Out[at], Lost: lost[at]}
			e.Add(c.In[0][i])
			c.Out[at], lost[at] = e.Sum, e.Lost
		default:
			c.Out[at] += c.In[0][i]
		}
	})
	if s.long {
		addTo(c.Out, lost)
	}
}

// ScatterAdd adds x to zeros of the shape where the index says, along the axis.
func (c *Ctx) ScatterAdd(x, index *gorgonia.Node, axis int, shape ir.Shape) *gorgonia.Node {
	k, err := ir.Type{Shape: shape}.Axis(axis)
	if err != nil {
		c.Fail("scatteradd", "", []*gorgonia.Node{x, index}, shapef("%v", err))
		return nil
	}
	return c.Apply(&ScatterAdd, ir.A("axis", k, "extent", []int(shape.Clone())), x, index)
}
