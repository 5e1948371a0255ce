package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Trunc rounds towards 0: no gradient.
var Trunc Entry

func init() {
	define(&Trunc, Entry{
		Def: ir.Def{Name: "trunc", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Trunc), Elem64: elem1(vec.F64.Trunc)},
		VJP:     noGrad,
		Ref:     ref1(math.Trunc),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Trunc is x rounded towards 0.
func (c *Ctx) Trunc(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Trunc, nil, x) }
