package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// ScatterExtreme replaces each element of x by the largest of itself and the elements
// of s that the index sends there, as in Scatter; with the attribute least, by the
// smallest. The result is NaN if one of them is. d goes to those that are equal to the
// result, in equal shares.
var ScatterExtreme Entry

func init() {
	define(&ScatterExtreme, Entry{
		Def: ir.Def{Name: "scatterextreme", Class: ir.Opaque, Arity: 3, Infer: inferScatterInto,
			Range: func(v *ir.Value, i int) (int, bool) { return v.Type.Shape[v.Attrs.Int("axis")], i == 2 },
			F32:   ir.Kernel[float32]{Prepare: prepareScatterInto, Run: scatterExtreme[float32]},
			F64:   ir.Kernel[float64]{Prepare: prepareScatterInto, Run: scatterExtreme[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, s, index, axis := n.In[0], n.In[1], n.In[2], n.Attrs.Int("axis")
			own, others := c.Eq(x, n.Out), c.Eq(s, c.Gather(n.Out, index, axis))
			share := c.Div(d, c.Add(own, c.ScatterAdd(others, index, axis, c.Shape(x))))
			lost := c.IsNaN(n.Out) // nothing is equal to it
			dx := c.Select(c.Add(own, lost), c.Mul(own, share), c.Fill(x, 0))
			ds := c.Select(c.Add(others, c.Gather(lost, index, axis)), c.Mul(others, c.Gather(share, index, axis)), c.Fill(s, 0))
			return []*gorgonia.Node{dx, ds, nil}
		},
		Ref: func(c *ir.Call[float64]) {
			c.State, _ = prepareScatterInto(c.V, 1)
			scatterExtreme(c)
		},
		Samples: func() []Sample {
			s := scatterSamples()
			s[0].Attrs, s[1].Attrs = s[0].Attrs.With("least", false), s[1].Attrs.With("least", true)
			return s
		},
	})
}

func scatterExtreme[T ir.Float](c *ir.Call[T]) {
	least := c.V.Attrs.Bool("least")
	scatterInto(c, func(i, at int) {
		v, m := c.In[1][i], c.Out[at]
		if v != v || m == m && v != m && (v < m) == least {
			c.Out[at] = v
		}
	})
}

// ScatterExtreme replaces each element of x by the largest, or the smallest, of itself
// and the elements of s that the index sends there.
func (c *Ctx) ScatterExtreme(x, s, index *gorgonia.Node, axis int, least bool) *gorgonia.Node {
	return c.alongAxis(&ScatterExtreme, axis, ir.A("least", least), x, s, index)
}
