package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// AvgPool is the mean of each window: x: [N, C, In...], result [N, C, Out...].
// With the attribute countpad, padding counts as zeros; else the mean is that of the
// elements inside the image. It is linear; AvgPoolGrad is its derivative.
var AvgPool Entry

func init() {
	define(&AvgPool, Entry{
		Def: ir.Def{Name: "avgpool", Class: ir.Opaque, Arity: 1, Infer: inferPool,
			ByRow: byRow(true),
			F32:   avgPoolKernel[float32](), F64: avgPoolKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			a := n.Attrs.With("in", []int(spatial(c.Shape(n.In[0]))))
			return []*gorgonia.Node{c.Apply(&AvgPoolGrad, a, d)}
		},
		Ref: func(c *ir.Call[float64]) {
			w := windowsOf(c.V.Attrs, c.V.In[0].Type.Shape, c.V.Type.Shape)
			in, out := w.sizes()
			for p := range w.planes {
				w.every(func(i int, z, y, x span) {
					sum := 0.0
					w.each(z, y, x, func(at int) { sum += c.In[0][p*in+at] })
					c.Out[p*out+i] = sum / float64(z.div*y.div*x.div)
				})
			}
		},
		Samples: func() []Sample {
			return slices.Concat(poolSamples(images, true), poolSamples(images, false, "countpad", true), poolSamples(images, false, "sum", true)[:1])
		},
	})
}

// images are the operands of a pool.
func images(x, _ ir.Shape) []ir.Shape { return []ir.Shape{x} }

func avgPoolKernel[T ir.Float]() ir.Kernel[T] {
	return poolKernel(func(v *ir.Value) (x, out ir.Shape) { return v.In[0].Type.Shape, v.Type.Shape },
		func(s *pooling[T], _, p int) {
			in, out := s.sizes()
			plane, y := s.c.In[0][p*in:(p+1)*in], s.c.Out[p*out:(p+1)*out]
			i := 0
			for _, a := range s.spans[0] {
				for _, b := range s.spans[1] {
					for _, c := range s.spans[2] {
						y[i] = sumOf(&s.windows, plane, a, b, c) / T(a.div*b.div*c.div)
						i++
					}
				}
			}
		})
}

// sumOf adds the elements of a window.
func sumOf[T ir.Float](w *windows, plane []T, z, y, x span) T {
	if z.count*y.count*x.count > exact.Block {
		return sumOfMany(w, plane, z, y, x)
	}
	var sum T
	for i := range z.count {
		for j := range y.count {
			at := w.place(z.start+i*w.step[0], y.start+j*w.step[1], x.start)
			for range x.count {
				sum += plane[at]
				at += w.step[2]
			}
		}
	}
	return sum
}

// sumOfMany is sumOf for any number of elements.
func sumOfMany[T ir.Float](w *windows, plane []T, z, y, x span) T {
	var sum exact.Sum[T]
	for i := range z.count {
		for j := range y.count {
			at := w.place(z.start+i*w.step[0], y.start+j*w.step[1], x.start)
			if w.step[2] == 1 {
				sum.Add(vec.Of[T]().Sum(plane[at : at+x.count]))
				continue
			}
			for range x.count {
				sum.Add(plane[at])
				at += w.step[2]
			}
		}
	}
	return sum.Total()
}

// place is where an element lies in its plane.
func (w *windows) place(z, y, x int) int { return (z*w.in[1]+y)*w.in[2] + x }

// AvgPool is the mean of each window; countPad counts the padding as zeros.
func (c *Ctx) AvgPool(x *gorgonia.Node, w Windows, countPad bool) *gorgonia.Node {
	return c.pool(&AvgPool, x, w, "countpad", countPad)
}

// SumPool is the sum of each window.
func (c *Ctx) SumPool(x *gorgonia.Node, w Windows) *gorgonia.Node {
	return c.pool(&AvgPool, x, w, "sum", true)
}

// AdaptiveAvgPool is the mean of each of out windows that divide the image evenly.
func (c *Ctx) AdaptiveAvgPool(x *gorgonia.Node, out []int) *gorgonia.Node {
	return c.Apply(&AvgPool, ir.A("adaptive", true, "out", out), x)
}
