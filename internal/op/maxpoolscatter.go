package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// MaxPoolScatter is the derivative of MaxPool: zeros of the shape of x, and at
// the first largest element of each window of x the element of d that belongs
// to it, added up. It is linear in d and does not change with x, almost
// everywhere.
var MaxPoolScatter Entry

func init() {
	define(&MaxPoolScatter, Entry{
		Def: ir.Def{Name: "maxpoolscatter", Class: ir.Opaque, Arity: 2, Infer: inferPoolPair(true),
			ByRow: byRow(true, true),
			F32:   maxPoolScatterKernel[float32](), F64: maxPoolScatterKernel[float64]()},
		VJP: func(c *Ctx, n Applied, e *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{nil, c.Apply(&MaxPoolGather, n.Attrs, n.In[0], e)}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			refMaxPlaces(c, c.V.In[1].Type.Shape, func(window, place int) { c.Out[place] += c.In[1][window] })
		},
		Samples: func() []Sample {
			return poolSamples(func(x, out ir.Shape) []ir.Shape { return []ir.Shape{x, out} }, true)
		},
	})
}

// simplifyReluGrad takes the gradient of relu before that of a max pool of its result
// y, where there are fewer elements: the element of y that is the largest of a window
// is above 0 if that of the pool is.
//
//	relugrad (maxpoolscatter y d) y  =>  maxpoolscatter y (relugrad d (maxpool y))
func simplifyReluGrad(f *ir.Func, v *ir.Value) *ir.Value {
	s, y := v.In[0], v.In[1]
	if s.Def != &MaxPoolScatter.Def || s.In[0] != y {
		return nil
	}
	for _, p := range f.Values {
		if p.Def == &MaxPool.Def && p.In[0] == y && p.Attrs.String() == s.Attrs.String() {
			b := &appending{f, true}
			return b.apply(&MaxPoolScatter, s.Attrs, y, b.apply(&ReluGrad, nil, s.In[1], p))
		}
	}
	return nil // the pool is not at hand
}

// simplifySum makes a sum of squares one step, and leaves out zeros: the elements of a
// max pool's derivative are those of d.
//
//	sum (square x)            =>  sumsquares x    over all axes
//	sum (maxpoolscatter y d)  =>  sum d           over all spatial axes
func simplifySum(f *ir.Func, v *ir.Value) *ir.Value {
	s := v.In[0]
	if s.Def != &MaxPoolScatter.Def {
		return sumOfSquares(f, v)
	}
	for i := range s.Type.Shape[2:] {
		if !slices.Contains(v.Attrs.Ints("axes"), 2+i) {
			return nil
		}
	}
	return (&appending{f, true}).apply(&Sum, v.Attrs, s.In[1])
}

// refMaxPlaces calls f for each window and the place of its first largest element.
func refMaxPlaces(c *ir.Call[float64], shape ir.Shape, f func(window, place int)) {
	w := windowsOf(c.V.Attrs, c.V.In[0].Type.Shape, shape)
	in, out := w.sizes()
	for p := range w.planes {
		w.every(func(i int, z, y, x span) {
			best := -1
			w.each(z, y, x, func(at int) {
				if best < 0 || c.In[0][p*in+at] > c.In[0][p*in+best] {
					best = at
				}
			})
			f(p*out+i, p*in+best)
		})
	}
}

func maxPoolScatterKernel[T ir.Float]() ir.Kernel[T] {
	return poolKernel(func(v *ir.Value) (x, out ir.Shape) { return v.In[0].Type.Shape, v.In[1].Type.Shape },
		func(s *pooling[T], _, p int) {
			in, out := s.sizes()
			plane, d, dx := s.c.In[0][p*in:(p+1)*in], s.c.In[1][p*out:(p+1)*out], s.c.Out[p*in:(p+1)*in]
			if s.isPlain && s.plain == pairs {
				scatterPairs(dx, plane, d, s.in[1], s.in[2], s.out[1], s.out[2])
				return
			}
			clear(dx)
			i := 0
			for _, a := range s.spans[0] {
				for _, b := range s.spans[1] {
					for _, c := range s.spans[2] {
						dx[first(&s.windows, plane, a, b, c)] += d[i]
						i++
					}
				}
			}
		})
}
