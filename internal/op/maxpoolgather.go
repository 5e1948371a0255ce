package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// MaxPoolGather takes from e, of the shape of x, the elements where each window
// of x has its first largest element: the derivative of MaxPoolScatter by d.
var MaxPoolGather Entry

func init() {
	define(&MaxPoolGather, Entry{
		Def: ir.Def{Name: "maxpoolgather", Class: ir.Opaque, Arity: 2, Infer: inferPoolPair(false),
			ByRow: byRow(true, true),
			F32:   maxPoolGatherKernel[float32](), F64: maxPoolGatherKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{nil, c.Apply(&MaxPoolScatter, n.Attrs, n.In[0], d)}
		},
		Ref: func(c *ir.Call[float64]) {
			refMaxPlaces(c, c.V.Type.Shape, func(window, place int) { c.Out[window] = c.In[1][place] })
		},
		Samples: func() []Sample { return poolSamples(func(x, _ ir.Shape) []ir.Shape { return []ir.Shape{x, x} }, true) },
	})
}

func maxPoolGatherKernel[T ir.Float]() ir.Kernel[T] {
	return poolKernel(func(v *ir.Value) (x, out ir.Shape) { return v.In[0].Type.Shape, v.Type.Shape },
		func(s *pooling[T], _, p int) {
			in, out := s.sizes()
			plane, e, y := s.c.In[0][p*in:(p+1)*in], s.c.In[1][p*in:(p+1)*in], s.c.Out[p*out:(p+1)*out]
			i := 0
			for _, a := range s.spans[0] {
				for _, b := range s.spans[1] {
					for _, c := range s.spans[2] {
						y[i] = e[first(&s.windows, plane, a, b, c)]
						i++
					}
				}
			}
		})
}
