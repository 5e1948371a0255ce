package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Exp is eˣ: dx = d·eˣ.
var Exp Entry

func init() {
	define(&Exp, Entry{
		Def: ir.Def{Name: "exp", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape,
			Elem32: elem1(vec.F32.Exp), Elem64: elem1(vec.F64.Exp)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Exp(x[0]) },
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.Mul(d, y) }),
		Ref:     ref1(math.Exp),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Exp is eˣ.
func (c *Ctx) Exp(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Exp, nil, x) }
