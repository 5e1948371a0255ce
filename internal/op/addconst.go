package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// AddConst is x + by with the constant by: dx = d.
var AddConst Entry

func init() {
	define(&AddConst, Entry{
		Def: ir.Def{Name: "addconst", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.F32.AddS), Elem64: elemS(vec.F64.AddS)},
		Sym:     func(a ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Sum(x[0], sym.Num(a.Float("by"))) },
		VJP:     vjp1(func(_ *Ctx, _, _, d *gorgonia.Node) *gorgonia.Node { return d }),
		Ref:     refBy(func(x, s float64) float64 { return x + s }),
		Samples: func() []Sample { return withAttrs(ir.A("by", 1.25), shapes(1, plain...)) },
	})
}

// AddConst is x + by.
func (c *Ctx) AddConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	return c.Apply(&AddConst, ir.A("by", by), x)
}
