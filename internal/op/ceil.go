package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Ceil rounds up: no gradient.
var Ceil Entry

func init() {
	define(&Ceil, Entry{
		Def: ir.Def{Name: "ceil", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Ceil), Elem64: elem1(vec.F64.Ceil)},
		VJP:     noGrad,
		Ref:     ref1(math.Ceil),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Ceil is x rounded up.
func (c *Ctx) Ceil(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Ceil, nil, x) }
