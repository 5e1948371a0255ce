package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Atan is the inverse tangent: dx = d/(1 + x²).
var Atan Entry

func init() {
	define(&Atan, Entry{
		Def: ir.Def{Name: "atan", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Atan), Elem64: elem1(vec.F64.Atan)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("arctan", x[0]) },
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Div(d, c.AddConst(c.Square(x), 1)) }),
		Ref:     ref1(math.Atan),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Atan is the inverse tangent.
func (c *Ctx) Atan(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Atan, nil, x) }
