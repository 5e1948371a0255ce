package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Comoments are the sums of d and of d·(x − m) over each channel of x and d: [N, C, ...], for
// m: [C]. The result is [2, C]: the gradients of c and k in Affine. For the gradients u of the
// first and w of the second: dx = d·w, dm = −w·Σd, dd = (x − m)·w + u.
var Comoments Entry

func init() {
	define(&Comoments, Entry{
		Def: ir.Def{Name: "comoments", Class: ir.Opaque, Arity: 3, Cost: costOfOperand,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if !in[2].Equal(in[0]) {
					return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0], in[2])
				}
				return inferSums(in[0]), inferChannels(in[0], in[1])
			},
			F32: channelSumsKernel[float32](), F64: channelSumsKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			u, w := c.row(d, 0), c.row(d, 1)
			return []*gorgonia.Node{c.ByChannel(n.In[2], w), c.Neg(c.Mul(w, c.row(n.Out, 0))), c.Affine(n.In[0], n.In[1], w, u)}
		},
		Ref: func(c *ir.Call[float64]) {
			g := planesOf(c.V.In[0].Type.Shape)
			for i, d := range c.In[2] {
				k := g.channel(i)
				c.Out[k] += d
				c.Out[g.channels+k] += d * (c.In[0][i] - c.In[1][k])
			}
		},
		Samples: func() []Sample {
			return channelSamples(func(x, v ir.Shape) []ir.Shape { return []ir.Shape{x, v, x} })
		},
	})
}

// Comoments returns the sums of d and of d·(x − m) over each channel.
func (c *Ctx) Comoments(x, m, d *gorgonia.Node) (sum, with *gorgonia.Node) {
	s := c.Apply(&Comoments, nil, x, m, d)
	return c.row(s, 0), c.row(s, 1)
}
