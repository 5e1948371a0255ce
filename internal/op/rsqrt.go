package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Rsqrt is 1/√x: dx = −d·y/(2x).
var Rsqrt Entry

func init() {
	define(&Rsqrt, Entry{
		Def: ir.Def{Name: "rsqrt", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Rsqrt), Elem64: elem1(vec.F64.Rsqrt)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], sym.Num(-0.5)) },
		VJP:     vjp1(func(c *Ctx, x, y, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Div(c.Mul(d, y), x), -0.5) }),
		Ref:     ref1(func(x float64) float64 { return 1 / math.Sqrt(x) }),
		Samples: func() []Sample { return within(0.3, 3, shapes(1, plain...)) },
	})
}

// Rsqrt is 1/√x.
func (c *Ctx) Rsqrt(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Rsqrt, nil, x) }
