package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Moments are the mean and the biased variance of each channel of x: [N, C, ...]. The result
// is [2, C]. For the gradients dm and dv: dx = (x − mean)·2·dv/n + dm/n, an Affine.
var Moments Entry

func init() {
	define(&Moments, Entry{
		Def: ir.Def{Name: "moments", Class: ir.Opaque, Arity: 1, Cost: costOfOperand,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if err := inferChannels(in[0]); err != nil {
					return ir.Type{}, err
				}
				if s := in[0].Shape; s[1] > 0 && s.Size() == 0 {
					return ir.Type{}, shapef("got %v, want at least one element in each channel", s)
				}
				return inferSums(in[0]), nil
			},
			F32: channelSumsKernel[float32](), F64: channelSumsKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s := c.Shape(n.In[0])
			if c.Err != nil {
				return nil
			}
			each := 1 / float64(max(1, s.Size()/max(1, s[1])))
			return []*gorgonia.Node{c.Affine(n.In[0], c.row(n.Out, 0), c.Scale(c.row(d, 1), 2*each), c.Scale(c.row(d, 0), each))}
		},
		Ref: func(c *ir.Call[float64]) {
			g := planesOf(c.V.In[0].Type.Shape)
			n := float64(g.n * g.inner)
			for i, x := range c.In[0] {
				c.Out[g.channel(i)] += x / n
			}
			for i, x := range c.In[0] {
				e := x - c.Out[g.channel(i)]
				c.Out[g.channels+g.channel(i)] += e * e / n
			}
		},
		Samples: func() []Sample { return channelSamples(func(x, _ ir.Shape) []ir.Shape { return []ir.Shape{x} }) },
	})
}

// channel is the channel of element i.
func (g planes) channel(i int) int { return i / g.inner % g.channels }

// channelSamples are the applications that operators on channels are sampled at, from the
// shapes of an array and of a vector.
func channelSamples(of func(x, v ir.Shape) []ir.Shape) []Sample {
	var out []Sample
	for _, x := range []ir.Shape{{5, 3}, {2, 3, 4}, {3, 2, 5, 7}, {150, 7, 2}, {3, 2, 6, 200}} {
		out = append(out, Sample{In: of(x, x[1:2])})
	}
	return out
}

// Moments returns the mean and the biased variance of each channel of x.
func (c *Ctx) Moments(x *gorgonia.Node) (mean, variance *gorgonia.Node) {
	m := c.Apply(&Moments, nil, x)
	return c.row(m, 0), c.row(m, 1)
}
