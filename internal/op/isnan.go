package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// IsNaN is 1 where x is NaN, else 0: no gradient.
var IsNaN Entry

func init() {
	define(&IsNaN, Entry{
		Def: ir.Def{Name: "isnan", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.IsNaN), Elem64: elem1(vec.F64.IsNaN)},
		VJP:     noGrad,
		Ref:     ref1(func(x float64) float64 { return float64(truth(math.IsNaN(x))) }),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// IsNaN is 1 where x is NaN, else 0.
func (c *Ctx) IsNaN(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&IsNaN, nil, x) }
