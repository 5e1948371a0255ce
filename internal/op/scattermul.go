package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// ScatterMul multiplies each element of x by the elements of s that the index sends
// there, as in Scatter. The gradient of a factor is d times the product of the others,
// which is right where factors are 0: if two are, the gradient is 0.
var ScatterMul Entry

func init() {
	define(&ScatterMul, Entry{
		Def: ir.Def{Name: "scattermul", Class: ir.Opaque, Arity: 3, Infer: inferScatterInto,
			Range: func(v *ir.Value, i int) (int, bool) { return v.Type.Shape[v.Attrs.Int("axis")], i == 2 },
			F32:   ir.Kernel[float32]{Prepare: prepareScatterInto, Run: scatterMul[float32]},
			F64:   ir.Kernel[float64]{Prepare: prepareScatterInto, Run: scatterMul[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, s, index, axis := n.In[0], n.In[1], n.In[2], n.Attrs.Int("axis")
			x0, s0 := c.EqConst(x, 0), c.EqConst(s, 0)
			zeros := c.Add(x0, c.ScatterAdd(s0, index, axis, c.Shape(x)))
			safeX, safeS := c.Select(x0, c.Fill(x, 1), x), c.Select(s0, c.Fill(s, 1), s)
			rest := c.Mul(d, c.Apply(&ScatterMul, n.Attrs, safeX, safeS, index)) // without the zeros
			none, one := c.Mul(rest, c.EqConst(zeros, 0)), c.Mul(rest, c.EqConst(zeros, 1))
			dx := c.Select(x0, one, c.Div(none, safeX))
			ds := c.Select(s0, c.Gather(one, index, axis), c.Div(c.Gather(none, index, axis), safeS))
			return []*gorgonia.Node{dx, ds, nil}
		},
		Ref: func(c *ir.Call[float64]) {
			c.State, _ = prepareScatterInto(c.V, 1)
			scatterMul(c)
		},
		Samples: scatterSamples,
	})
}

func scatterMul[T ir.Float](c *ir.Call[T]) {
	scatterInto(c, func(i, at int) { c.Out[at] *= c.In[1][i] })
}

// ScatterMul multiplies each element of x by the elements of s that the index sends
// there.
func (c *Ctx) ScatterMul(x, s, index *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&ScatterMul, axis, nil, x, s, index)
}
