package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Sign is −1, 0 or 1 as x is: no gradient.
var Sign Entry

func init() {
	define(&Sign, Entry{
		Def: ir.Def{Name: "sign", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Sign), Elem64: elem1(vec.F64.Sign)},
		VJP:     noGrad,
		Ref:     ref1(func(x float64) float64 { return float64(truth(x > 0) - truth(x < 0)) }),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Sign is −1, 0 or 1 as x is.
func (c *Ctx) Sign(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Sign, nil, x) }
