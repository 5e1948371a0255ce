package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Asin is the inverse sine: dx = d/√(1 − x²).
var Asin Entry

func init() {
	define(&Asin, Entry{
		Def: ir.Def{Name: "asin", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Asin), Elem64: elem1(vec.F64.Asin)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("arcsin", x[0]) },
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Mul(d, c.Rsqrt(c.CoSquare(x)))
		}),
		Ref:     ref1(math.Asin),
		Samples: func() []Sample { return within(-0.9, 0.9, shapes(1, plain...)) },
	})
}

// Asin is the inverse sine.
func (c *Ctx) Asin(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Asin, nil, x) }
