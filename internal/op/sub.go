package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Sub is x − y: dx = d, dy = −d.
var Sub Entry

func init() {
	define(&Sub, Entry{
		Def: ir.Def{Name: "sub", Class: ir.Elementwise, Arity: 2, Infer: sameShape, Simplify: simplifySub,
			Elem32: elem2(vec.F32.Sub), Elem64: elem2(vec.F64.Sub)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Sum(x[0], sym.Neg(x[1])) },
		VJP: vjp2(func(c *Ctx, _, _, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			return d, c.Neg(d)
		}),
		Ref:     ref2(func(x, y float64) float64 { return x - y }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// Sub is x − y, broadcast.
func (c *Ctx) Sub(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Sub, x, y) }
