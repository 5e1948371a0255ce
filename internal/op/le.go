package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Le is 1 where x <= y, else 0: no gradient.
var Le Entry

func init() {
	define(&Le, Entry{
		Def: ir.Def{Name: "le", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.F32.Le), Elem64: elem2(vec.F64.Le)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Compare("≤", x[0], x[1]) },
		VJP:     noGrad,
		Ref:     ref2(func(x, y float64) float64 { return float64(truth(x <= y)) }),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// Le is 1 where x <= y, else 0, broadcast.
func (c *Ctx) Le(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Le, x, y) }
