package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Add is x + y: dx = d, dy = d.
var Add Entry

func init() {
	define(&Add, Entry{
		Def: ir.Def{Name: "add", Class: ir.Elementwise, Arity: 2, Infer: sameShape, Adds: true, Simplify: simplifyAdd, Absorb: absorbStandardize, By: &AddConst.Def,
			Elem32: elem2(vec.F32.Add), Elem64: elem2(vec.F64.Add)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Sum(x...) },
		VJP: vjp2(func(_ *Ctx, _, _, d *gorgonia.Node) (dx, dy *gorgonia.Node) {
			return d, d
		}),
		Ref:     ref2(func(x, y float64) float64 { return x + y }),
		Samples: func() []Sample { return shapes(2, plain...) },
	})
}

// Add is x + y, broadcast.
func (c *Ctx) Add(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Add, x, y) }
