package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Take takes rows: x: [n, ...], index: Int of any shape, result index's shape
// followed by the rest of x's: dx adds the rows of d back, in order.
var Take Entry

func init() {
	define(&Take, Entry{
		Def: ir.Def{Name: "take", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if err := wantIndexed(in[0], in[1]); err != nil {
					return ir.Type{}, err
				}
				if len(in[0].Shape) == 0 {
					return ir.Type{}, shapef("got %v, want rows [n, ...]", in[0].Shape)
				}
				return ir.Type{DType: in[0].DType, Shape: append(in[1].Shape.Clone(), in[0].Shape[1:]...)}, nil
			},
			Range: func(v *ir.Value, i int) (int, bool) { return v.In[0].Type.Shape[0], i == 1 },
			F32:   ir.Kernel[float32]{Run: take[float32]}, F64: ir.Kernel[float64]{Run: take[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&PutAdd, ir.A("rows", c.rows(n.In[0])), d, n.In[1]), nil}
		},
		Ref: take[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5, 3}, {4}}, Int: []int{0, 5}},
				{In: []ir.Shape{{5}, {2, 3}}, Int: []int{0, 5}},
			}
		},
	})
}

// rows is the extent of the first axis of x.
func (c *Ctx) rows(x *gorgonia.Node) int {
	if s := c.Shape(x); len(s) > 0 {
		return s[0]
	}
	return 0
}

func take[T ir.Float](c *ir.Call[T]) {
	s := c.V.In[0].Type.Shape
	w := s[1:].Size()
	for i, k := range c.IntIn[1] {
		if k < 0 || k >= s[0] {
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", k, i, s[0]-1))
			continue
		}
		copy(c.Out[i*w:(i+1)*w], c.In[0][k*w:])
	}
}

// Take takes the rows of x that index lists.
func (c *Ctx) Take(x, index *gorgonia.Node) *gorgonia.Node { return c.Apply(&Take, nil, x, index) }

// IndexSelect takes the slices of x, along an axis, that the vector index lists.
func (c *Ctx) IndexSelect(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	k, err := t.Axis(axis)
	if s := c.Shape(index); err == nil && len(s) != 1 {
		err = shapef("got the index %v, want a vector [K]", s)
	}
	if err != nil {
		c.Fail("indexselect", "", []*gorgonia.Node{x, index}, shapef("%v", err))
		return nil
	}
	return c.firstAxis(x, k, func(x *gorgonia.Node) *gorgonia.Node { return c.Take(x, index) })
}

// IndexPut makes zeros of that extent along an axis, and adds the slices of x to those
// that the vector index lists. It is the derivative of IndexSelect.
func (c *Ctx) IndexPut(x, index *gorgonia.Node, axis, extent int) *gorgonia.Node {
	return c.firstAxis(x, axis, func(x *gorgonia.Node) *gorgonia.Node {
		return c.Apply(&PutAdd, ir.A("rows", extent), x, index)
	})
}

// firstAxis swaps axis k of x with the first, applies f, and swaps them back.
func (c *Ctx) firstAxis(x *gorgonia.Node, k int, f func(x *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	perm := SwapAxes(len(s), 0, k)
	return c.Transpose(f(c.Transpose(x, perm)), perm)
}
