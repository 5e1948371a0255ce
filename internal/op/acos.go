package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Acos is the inverse cosine: dx = −d/√(1 − x²).
var Acos Entry

func init() {
	define(&Acos, Entry{
		Def: ir.Def{Name: "acos", Class: ir.Elementwise, Arity: 1, Weight: weightSlow, Infer: sameShape,
			Elem32: elem1(vec.F32.Acos), Elem64: elem1(vec.F64.Acos)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("arccos", x[0]) },
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.Neg(c.Mul(d, c.Rsqrt(c.CoSquare(x))))
		}),
		Ref:     ref1(math.Acos),
		Samples: func() []Sample { return within(-0.9, 0.9, shapes(1, plain...)) },
	})
}

// Acos is the inverse cosine.
func (c *Ctx) Acos(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Acos, nil, x) }
