package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Scale is by·x with the constant by: dx = by·d.
var Scale Entry

func init() {
	define(&Scale, Entry{
		Def: ir.Def{Name: "scale", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by, Simplify: simplifyScale,
			Elem32: elemS(vec.F32.MulS), Elem64: elemS(vec.F64.MulS)},
		Sym: func(a ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Product(sym.Num(a.Float("by")), x[0]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Scale(d, n.Attrs.Float("by"))}
		},
		Ref:     refBy(func(x, s float64) float64 { return x * s }),
		Samples: func() []Sample { return withAttrs(ir.A("by", -0.75), shapes(1, plain...)) },
	})
}

// Scale is by·x.
func (c *Ctx) Scale(x *gorgonia.Node, by float64) *gorgonia.Node {
	return c.Apply(&Scale, ir.A("by", by), x)
}
