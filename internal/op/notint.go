package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// NotInt is 1 where the Int operand is not the attribute by, else 0, as floats
// of the attribute dtype. No gradient.
var NotInt Entry

func init() {
	define(&NotInt, Entry{
		Def: ir.Def{Name: "notint", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if err := wantInts(in[0]); err != nil {
					return ir.Type{}, err
				}
				return ir.Type{DType: namedFloat(a), Shape: in[0].Shape}, nil
			},
			F32: ir.Kernel[float32]{Run: notInt[float32]}, F64: ir.Kernel[float64]{Run: notInt[float64]}},
		VJP: noGrad,
		Ref: notInt[float64],
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{7}}, Int: []int{3}, Attrs: ir.A("by", 1, "dtype", "f64")}}
		},
	})
}

func notInt[T ir.Float](c *ir.Call[T]) {
	by := c.V.Attrs.Int("by")
	for i, k := range c.IntIn[0] {
		c.Out[i] = T(truth(k != by))
	}
}

// NotInt is 1 where the index is not by, else 0, in the element type of like.
func (c *Ctx) NotInt(index *gorgonia.Node, by int, like *gorgonia.Node) *gorgonia.Node {
	return c.Apply(&NotInt, ir.A("by", by, "dtype", c.Type(like).DType.String()), index)
}
