package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Round rounds to the nearest integer, halves to the even one: no gradient.
var Round Entry

func init() {
	define(&Round, Entry{
		Def: ir.Def{Name: "round", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Round), Elem64: elem1(vec.F64.Round)},
		VJP:     noGrad,
		Ref:     ref1(math.RoundToEven),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Round is x rounded to the nearest integer.
func (c *Ctx) Round(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Round, nil, x) }
