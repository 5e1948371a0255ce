package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// LeConst is 1 where x <= by, else 0, with the constant by: no gradient.
var LeConst Entry

func init() {
	define(&LeConst, Entry{
		Def: ir.Def{Name: "leconst", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.F32.LeS), Elem64: elemS(vec.F64.LeS)},
		Sym:     func(a ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Compare("≤", x[0], sym.Num(a.Float("by"))) },
		VJP:     noGrad,
		Ref:     refBy(func(x, s float64) float64 { return float64(truth(x <= s)) }),
		Samples: func() []Sample { return withAttrs(ir.A("by", 0.25), kinked(shapes(1, plain...))) },
	})
}

// LeConst is 1 where x <= by, else 0.
func (c *Ctx) LeConst(x *gorgonia.Node, by float64) *gorgonia.Node {
	return c.Apply(&LeConst, ir.A("by", by), x)
}
