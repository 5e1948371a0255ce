package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Div is x / y: dx = d/y, dy = −d·(x/y)/y.
var Div Entry

func init() {
	define(&Div, Entry{
		Def: ir.Def{Name: "div", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.F32.Div), Elem64: elem2(vec.F64.Div)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Div(x[0], x[1]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			y := n.In[1]
			dx := c.Div(d, y)
			return []*gorgonia.Node{dx, c.Neg(c.Mul(dx, n.Out))}
		},
		Ref:     ref2(func(x, y float64) float64 { return x / y }),
		Samples: func() []Sample { return within(0.5, 2, shapes(2, plain...)) },
	})
}

// Div is x / y, broadcast.
func (c *Ctx) Div(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Div, x, y) }
