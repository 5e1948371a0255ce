package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// CoSquare is 1 − x² as (1 − x)(1 + x), which keeps its digits near ±1: dx =
// −2·d·x, which keeps them near 0, as the two factors would not.
var CoSquare Entry

func init() {
	define(&CoSquare, Entry{
		Def: ir.Def{Name: "cosquare", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(coSquare[float32]), Elem64: elem1(coSquare[float64])},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr {
			return sym.Sum(sym.Num(1), sym.Neg(sym.Power(x[0], sym.Num(2))))
		},
		VJP:     vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node { return c.Scale(c.Mul(d, x), -2) }),
		Ref:     ref1(func(x float64) float64 { return (1 - x) * (1 + x) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

func coSquare[T ir.Float](dst, x []T) {
	for i, v := range x {
		dst[i] = (1 - v) * (1 + v)
	}
}

// CoSquare is 1 − x².
func (c *Ctx) CoSquare(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&CoSquare, nil, x) }
