package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Ne is 1 where x != y, else 0: no gradient.
var Ne Entry

func init() {
	define(&Ne, Entry{
		Def: ir.Def{Name: "ne", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.F32.Ne), Elem64: elem2(vec.F64.Ne)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Compare("≠", x[0], x[1]) },
		VJP:     noGrad,
		Ref:     ref2(func(x, y float64) float64 { return float64(truth(x != y)) }),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// Ne is 1 where x != y, else 0, broadcast.
func (c *Ctx) Ne(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Ne, x, y) }
