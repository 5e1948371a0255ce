package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// IsInf is 1 where x is infinite, else 0: no gradient.
var IsInf Entry

func init() {
	define(&IsInf, Entry{
		Def: ir.Def{Name: "isinf", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.IsInf), Elem64: elem1(vec.F64.IsInf)},
		VJP:     noGrad,
		Ref:     ref1(func(x float64) float64 { return float64(truth(math.IsInf(x, 0))) }),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// IsInf is 1 where x is infinite, else 0.
func (c *Ctx) IsInf(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&IsInf, nil, x) }
