package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Fill is the constant by in the shape of x, whose elements it does not read.
// It has no gradient. The compiler replaces it by a broadcast constant.
var Fill Entry

func init() {
	define(&Fill, Entry{
		Def: ir.Def{Name: "fill", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by,
			Elem32: fill[float32], Elem64: fill[float64],
			Simplify: func(f *ir.Func, v *ir.Value) *ir.Value {
				return constantLike(f, v, v.Attrs.Float("by"))
			}},
		VJP:     noGrad,
		Ref:     refBy(func(_, s float64) float64 { return s }),
		Samples: func() []Sample { return withAttrs(ir.A("by", 0.5), shapes(1, plain...)) },
	})
}

func fill[T ir.Float](dst []T, _ [][]T, k []T) {
	for i := range dst {
		dst[i] = k[0]
	}
}

// Fill is by in the shape of x.
func (c *Ctx) Fill(x *gorgonia.Node, by float64) *gorgonia.Node {
	return c.Apply(&Fill, ir.A("by", by), x)
}
