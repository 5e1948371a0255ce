package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Neg is −x: dx = −d.
var Neg Entry

func init() {
	define(&Neg, Entry{
		Def: ir.Def{Name: "neg", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Simplify: simplifyNeg,
			Elem32: elem1(vec.F32.Neg), Elem64: elem1(vec.F64.Neg)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Neg(x[0]) },
		VJP:     vjp1(func(c *Ctx, _, _, d *gorgonia.Node) *gorgonia.Node { return c.Neg(d) }),
		Ref:     ref1(func(x float64) float64 { return -x }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Neg is −x.
func (c *Ctx) Neg(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Neg, nil, x) }
