package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// LtConst is 1 where x < by, else 0, with the constant by: no gradient.
var LtConst Entry

func init() {
	define(&LtConst, Entry{
		Def: ir.Def{Name: "ltconst", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.F32.LtS), Elem64: elemS(vec.F64.LtS)},
		Sym:     func(a ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Compare("<", x[0], sym.Num(a.Float("by"))) },
		VJP:     noGrad,
		Ref:     refBy(func(x, s float64) float64 { return float64(truth(x < s)) }),
		Samples: func() []Sample { return withAttrs(ir.A("by", 0.25), kinked(shapes(1, plain...))) },
	})
}

// LtConst is 1 where x < by, else 0.
func (c *Ctx) LtConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	return c.Apply(&LtConst, ir.A("by", by), x)
}
