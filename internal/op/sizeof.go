package op

import "github.com/symgrad/symgrad/internal/ir"

// SizeOf is the scalar by, which gorgonia writes as a function of the operand
// that it is an extent of. It has no gradient.
var SizeOf Entry

func init() {
	define(&SizeOf, Entry{
		Def: ir.Def{Name: "sizeof", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
				return ir.Type{DType: in[0].DType, Shape: ir.Shape{}}, nil
			},
			Simplify: func(f *ir.Func, v *ir.Value) *ir.Value { return constantLike(f, v, v.Attrs.Float("by")) },
			F32:      ir.Kernel[float32]{Run: sizeOf[float32]}, F64: ir.Kernel[float64]{Run: sizeOf[float64]}},
		VJP:     noGrad,
		Ref:     sizeOf[float64],
		Samples: func() []Sample { return []Sample{{In: []ir.Shape{{3, 4}}, Attrs: ir.A("by", 4.0)}} },
	})
}

func sizeOf[T ir.Float](c *ir.Call[T]) { c.Out[0] = T(c.V.Attrs.Float("by")) }
