package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Square is x²: dx = 2·d·x.
var Square Entry

func init() {
	define(&Square, Entry{
		Def: ir.Def{Name: "square", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Square), Elem64: elem1(vec.F64.Square)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(2)) },
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Mul(d, x), 2)
		}),
		Ref:     ref1(func(x float64) float64 { return x * x }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Square is x². The square of a root is what is under the root.
func (c *Ctx) Square(x *gorgonia.Node) *gorgonia.Node {
	if y := c.squareOf(x); y != nil {
		return y
	}
	return c.Apply(&Square, nil, x)
}
