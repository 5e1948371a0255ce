package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Places are the row-major offsets of coordinates in an array, whose extents are an
// attribute: x: [..., k] of whole numbers, one for each axis; result Ints [...]. A
// coordinate beyond an end counts as the end, NaN as 0. No gradient.
var Places Entry

func init() {
	define(&Places, Entry{
		Def: ir.Def{Name: "places", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				s, extents := in[0].Shape, ir.Shape(a.Ints("extents"))
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got %v, want floats", in[0])
				}
				if len(s) == 0 || s[len(s)-1] != len(extents) || extents.Size() < 1 {
					return ir.Type{}, shapef("got coordinates %v for the extents %v, want one for each of them", s, extents)
				}
				return ir.Type{DType: ir.Int, Shape: s[:len(s)-1].Clone()}, nil
			},
			F32: ir.Kernel[float32]{Run: placesOf[float32]}, F64: ir.Kernel[float64]{Run: placesOf[float64]}},
		VJP: noGrad,
		Ref: placesOf[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{4, 3, 2}}, Attrs: ir.A("extents", []int{2, 3}), Lo: -3, Hi: 5, Stopped: true},
				{In: []ir.Shape{{5, 1}}, Attrs: ir.A("extents", []int{4}), Lo: -3, Hi: 5, Stopped: true},
			}
		},
	})
}

func placesOf[T ir.Float](c *ir.Call[T]) {
	extents := c.V.Attrs.Ints("extents")
	x := c.In[0]
	for i := range c.IntOut {
		place := 0
		for k, n := range extents {
			at := 0
			switch v := x[i*len(extents)+k]; {
			case v >= T(n-1):
				at = n - 1
			case v > 0:
				at = int(v)
			}
			place = place*n + at
		}
		c.IntOut[i] = place
	}
}

// Places are the row-major offsets of the coordinates x in an array of the extents.
func (c *Ctx) Places(x *gorgonia.Node, extents []int) *gorgonia.Node {
	return c.Apply(&Places, ir.A("extents", extents), x)
}
