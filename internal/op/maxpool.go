package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// MaxPool is the largest element of each window, NaN if there is one: x: [N, C,
// In...], result [N, C, Out...]. d goes to the first largest element. What the
// padding adds is never the largest.
var MaxPool Entry

func init() {
	define(&MaxPool, Entry{
		Def: ir.Def{Name: "maxpool", Class: ir.Opaque, Arity: 1, Infer: inferPool,
			ByRow: byRow(true),
			F32:   maxPoolKernel[float32](), F64: maxPoolKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&MaxPoolScatter, n.Attrs, n.In[0], d)}
		},
		Ref: func(c *ir.Call[float64]) {
			w := windowsOf(c.V.Attrs, c.V.In[0].Type.Shape, c.V.Type.Shape)
			in, out := w.sizes()
			for p := range w.planes {
				w.every(func(i int, z, y, x span) {
					m := math.Inf(-1)
					w.each(z, y, x, func(at int) { m = math.Max(m, c.In[0][p*in+at]) })
					c.Out[p*out+i] = m
				})
			}
		},
		Samples: func() []Sample { return poolSamples(func(x, _ ir.Shape) []ir.Shape { return []ir.Shape{x} }, true) },
	})
}

func maxPoolKernel[T ir.Float]() ir.Kernel[T] {
	return poolKernel(func(v *ir.Value) (x, out ir.Shape) { return v.In[0].Type.Shape, v.Type.Shape },
		func(s *pooling[T], worker, p int) {
			in, out := s.sizes()
			plane, y := s.c.In[0][p*in:(p+1)*in], s.c.Out[p*out:(p+1)*out]
			if s.isPlain {
				maxPlain(s.plain, y, plane, s.row(worker), s.in[2], s.out[1], s.out[2])
				return
			}
			i := 0
			for _, a := range s.spans[0] {
				for _, b := range s.spans[1] {
					for _, c := range s.spans[2] {
						y[i] = plane[first(&s.windows, plane, a, b, c)]
						i++
					}
				}
			}
		})
}

// MaxPool is the largest element of each window.
func (c *Ctx) MaxPool(x *gorgonia.Node, w Windows) *gorgonia.Node { return c.pool(&MaxPool, x, w) }

// AdaptiveMaxPool is the largest element of each of out windows that divide the image
// evenly.
func (c *Ctx) AdaptiveMaxPool(x *gorgonia.Node, out []int) *gorgonia.Node {
	return c.Apply(&MaxPool, ir.A("adaptive", true, "out", out), x)
}
