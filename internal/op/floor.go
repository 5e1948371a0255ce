package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Floor rounds down: no gradient.
var Floor Entry

func init() {
	define(&Floor, Entry{
		Def: ir.Def{Name: "floor", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Floor), Elem64: elem1(vec.F64.Floor)},
		VJP:     noGrad,
		Ref:     ref1(math.Floor),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Floor is x rounded down.
func (c *Ctx) Floor(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Floor, nil, x) }
