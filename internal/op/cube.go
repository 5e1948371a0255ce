package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Cube is x³: dx = 3·d·x².
var Cube Entry

func init() {
	define(&Cube, Entry{
		Def: ir.Def{Name: "cube", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Cube), Elem64: elem1(vec.F64.Cube)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(3)) },
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Mul(d, c.Square(x)), 3) }),
		Ref:     ref1(func(x float64) float64 { return x * x * x }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Cube is x³.
func (c *Ctx) Cube(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Cube, nil, x) }
