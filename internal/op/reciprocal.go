package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Reciprocal is 1/x: dx = −d·y².
var Reciprocal Entry

func init() {
	define(&Reciprocal, Entry{
		Def: ir.Def{Name: "reciprocal", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Reciprocal), Elem64: elem1(vec.F64.Reciprocal)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(-1)) },
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.Neg(c.Mul(d, c.Square(y))) }),
		Ref:     ref1(func(x float64) float64 { return 1 / x }),
		Samples: func() []Sample { return within(0.5, 2, shapes(1, plain...)) },
	})
}

// Reciprocal is 1/x.
func (c *Ctx) Reciprocal(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Reciprocal, nil, x) }
