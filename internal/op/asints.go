package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// AsInts is x without its fraction, as Ints. A run fails on NaN and beyond ±2³¹. No gradient.
var AsInts Entry

func init() {
	define(&AsInts, Entry{
		Def: ir.Def{Name: "asints", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() {
					return ir.Type{}, dtypef("got %v, want floats", in[0])
				}
				return ir.Type{DType: ir.Int, Shape: in[0].Shape}, nil
			},
			F32: ir.Kernel[float32]{Run: asInts[float32]}, F64: ir.Kernel[float64]{Run: asInts[float64]}},
		VJP: noGrad,
		Ref: asInts[float64],
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{2, 3}}, Lo: -9, Hi: 9, Stopped: true}}
		},
	})
}

// beyondInts is the smallest number that is too large for an Int on every processor.
const beyondInts = 1 << 31

func asInts[T ir.Float](c *ir.Call[T]) {
	for i, v := range c.In[0] {
		if !(v > -beyondInts && v < beyondInts) {
			failRun(c, shapef("got %v at element %d, want a number between -2³¹ and 2³¹", v, i))
			continue
		}
		c.IntOut[i] = int(v)
	}
}

// AsInts is x without its fraction, as Ints.
func (c *Ctx) AsInts(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&AsInts, nil, x) }
