package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// AvgPoolGrad is the derivative of AvgPool: each element of d: [N, C, Out...] is
// divided among the elements of its window; result [N, C, In...], where In is the
// attribute in.
var AvgPoolGrad Entry

func init() {
	define(&AvgPoolGrad, Entry{
		Def: ir.Def{Name: "avgpoolgrad", Class: ir.Opaque, Arity: 1, Infer: inferAvgPoolGrad,
			F32: avgPoolGradKernel[float32](), F64: avgPoolGradKernel[float64]()},
		VJP: func(c *Ctx, n Applied, e *gorgonia.Node) []*gorgonia.Node {
			var a ir.Attrs
			for _, k := range n.Attrs {
				if k.Key != "in" {
					a = append(a, k)
				}
			}
			return []*gorgonia.Node{c.Apply(&AvgPool, a, e)}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			w := windowsOf(c.V.Attrs, c.V.Type.Shape, c.V.In[0].Type.Shape)
			in, out := w.sizes()
			for p := range w.planes {
				w.every(func(i int, z, y, x span) {
					v := c.In[0][p*out+i] / float64(z.div*y.div*x.div)
					w.each(z, y, x, func(at int) { c.Out[p*in+at] += v })
				})
			}
		},
		Samples: func() []Sample {
			return slices.Concat(avgGradSamples(true), avgGradSamples(false, "countpad", true), avgGradSamples(false, "sum", true)[:1])
		},
	})
}

func avgGradSamples(adaptive bool, kv ...any) []Sample {
	var images []ir.Shape
	s := poolSamples(func(x, out ir.Shape) []ir.Shape {
		images = append(images, x)
		return []ir.Shape{out}
	}, adaptive, kv...)
	for i := range s {
		s[i].Attrs = s[i].Attrs.With("in", []int(spatial(images[i])))
	}
	return s
}

func inferAvgPoolGrad(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	d := in[0]
	if !d.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v, want floats", d)
	}
	if len(d.Shape) < 3 {
		return ir.Type{}, shapef("got %v, want [N, C, ...] with one to three spatial axes", d.Shape)
	}
	x := append(d.Shape[:2].Clone(), a.Ints("in")...)
	if err := poolSettings(a, x, spatial(d.Shape)); err != nil {
		return ir.Type{}, err
	}
	return ir.Type{DType: d.DType, Shape: x}, nil
}

func avgPoolGradKernel[T ir.Float]() ir.Kernel[T] {
	return poolKernel(func(v *ir.Value) (x, out ir.Shape) { return v.Type.Shape, v.In[0].Type.Shape },
		func(s *pooling[T], _, p int) {
			in, out := s.sizes()
			d, dx := s.c.In[0][p*out:(p+1)*out], s.c.Out[p*in:(p+1)*in]
			clear(dx)
			i := 0
			for _, a := range s.spans[0] {
				for _, b := range s.spans[1] {
					for _, c := range s.spans[2] {
						share(&s.windows, dx, a, b, c, d[i]/T(a.div*b.div*c.div))
						i++
					}
				}
			}
		})
}

// share adds v to the elements of a window.
func share[T ir.Float](w *windows, plane []T, z, y, x span, v T) {
	for i := range z.count {
		for j := range y.count {
			at := ((z.start+i*w.step[0])*w.in[1]+y.start+j*w.step[1])*w.in[2] + x.start
			for range x.count {
				plane[at] += v
				at += w.step[2]
			}
		}
	}
}
