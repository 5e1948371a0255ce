package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Sqrt is √x: dx = d/(2√x).
var Sqrt Entry

func init() {
	define(&Sqrt, Entry{
		Def: ir.Def{Name: "sqrt", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Sqrt), Elem64: elem1(vec.F64.Sqrt)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(0.5)) },
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Div(d, y), 0.5) }),
		Ref:     ref1(math.Sqrt),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// Sqrt is √x.
func (c *Ctx) Sqrt(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Sqrt, nil, x) }
