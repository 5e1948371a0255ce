package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// PutAdd adds the rows of x to zeros of so many rows, the attribute, at the
// places of the index, in order: x: index's shape followed by a row's, result
// [rows, ...]. dx takes the rows of d.
var PutAdd Entry

func init() {
	define(&PutAdd, Entry{
		Def: ir.Def{Name: "putadd", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				x, idx := in[0], in[1]
				if !x.DType.IsFloat() || idx.DType != ir.Int {
					return ir.Type{}, dtypef("got %v and %v, want floats and an integer index", x, idx)
				}
				k := len(idx.Shape)
				if len(x.Shape) < k || !x.Shape[:k].Equal(idx.Shape) {
					return ir.Type{}, shapef("got %v and the index %v, want a row for each index", x.Shape, idx.Shape)
				}
				return ir.Type{DType: x.DType, Shape: append(ir.Shape{a.Int("rows")}, x.Shape[k:]...)}, nil
			},
			Range: func(v *ir.Value, i int) (int, bool) { return v.Attrs.Int("rows"), i == 1 },
			F32:   ir.Kernel[float32]{Run: putAdd[float32]}, F64: ir.Kernel[float64]{Run: putAdd[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Take(d, n.In[1]), nil}
		},
		Ref: putAdd[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{4, 3}, {4}}, Int: []int{0, 5}, Attrs: ir.A("rows", 5)},
				{In: []ir.Shape{{2, 3}, {2, 3}}, Int: []int{0, 5}, Attrs: ir.A("rows", 5)},
			}
		},
	})
}

func putAdd[T ir.Float](c *ir.Call[T]) {
	rows := c.V.Type.Shape[0]
	w := c.V.Type.Shape[1:].Size()
	clear(c.Out)
	for i, k := range c.IntIn[1] {
		if k < 0 || k >= rows {
			c.Fault.Report(shapef("putadd: got the index %d at element %d, want it in [0,%d)", k, i, rows))
			continue
		}
		row := c.Out[k*w : (k+1)*w]
		for j, v := range c.In[0][i*w : (i+1)*w] {
			row[j] += v
		}
	}
}

// IndexAdd is x with the rows of s added at the places that index lists.
func (c *Ctx) IndexAdd(x, s, index *gorgonia.Node) *gorgonia.Node {
	return c.Add(x, c.Apply(&PutAdd, ir.A("rows", c.rows(x)), s, index))
}
