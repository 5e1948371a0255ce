package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Band keeps the elements of the last two axes with lo ≤ column − row ≤ hi, the
// attributes, and makes the others 0: dx is the same band of d.
var Band Entry

func init() {
	define(&Band, Entry{
		Def: ir.Def{Name: "band", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got %v, want floats", in[0])
				}
				if len(in[0].Shape) < 2 {
					return ir.Type{}, shapef("got %v, want a matrix", in[0].Shape)
				}
				return in[0], nil
			},
			F32: ir.Kernel[float32]{Run: band[float32]}, F64: ir.Kernel[float64]{Run: band[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&Band, n.Attrs, d)}
		},
		Ref: band[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{4, 4}}, Attrs: ir.A("lo", -1, "hi", 1)},
				{In: []ir.Shape{{2, 3, 5}}, Attrs: ir.A("lo", 1, "hi", 5)},
			}
		},
	})
}

func band[T ir.Float](c *ir.Call[T]) {
	s := c.V.Type.Shape
	rows, cols := s[len(s)-2], s[len(s)-1]
	lo, hi := c.V.Attrs.Int("lo"), c.V.Attrs.Int("hi")
	for i := 0; i < len(c.Out); i += max(cols, 1) {
		r := i / cols % rows
		for j := range cols {
			c.Out[i+j] = 0
			if k := j - r; lo <= k && k <= hi {
				c.Out[i+j] = c.In[0][i+j]
			}
		}
	}
}

// Tril keeps the elements on and below the k-th diagonal.
func (c *Ctx) Tril(x *gorgonia.Node, k int) *gorgonia.Node { return c.band(x, -1<<30, k) }

// Triu keeps the elements on and above the k-th diagonal.
func (c *Ctx) Triu(x *gorgonia.Node, k int) *gorgonia.Node { return c.band(x, k, 1<<30) }

func (c *Ctx) band(x *gorgonia.Node, lo, hi int) *gorgonia.Node {
	return c.Apply(&Band, ir.A("lo", lo, "hi", hi), x)
}
