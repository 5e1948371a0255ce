package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// AsFloats is the Int operand as floats of the attribute dtype. No gradient.
var AsFloats Entry

func init() {
	define(&AsFloats, Entry{
		Def: ir.Def{Name: "asfloats", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if err := wantInts(in[0]); err != nil {
					return ir.Type{}, err
				}
				return ir.Type{DType: namedFloat(a), Shape: in[0].Shape}, nil
			},
			F32: ir.Kernel[float32]{Run: asFloats[float32]}, F64: ir.Kernel[float64]{Run: asFloats[float64]}},
		VJP: noGrad,
		Ref: asFloats[float64],
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{2, 3}}, Int: []int{9}, Attrs: ir.A("dtype", "f64")}}
		},
	})
}

func asFloats[T ir.Float](c *ir.Call[T]) {
	for i, k := range c.IntIn[0] {
		c.Out[i] = T(k)
	}
}

// AsFloats is the index as floats of the type.
func (c *Ctx) AsFloats(index *gorgonia.Node, float ir.DType) *gorgonia.Node {
	return c.Apply(&AsFloats, ir.A("dtype", float.String()), index)
}
