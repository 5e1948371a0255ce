package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Relu is max(x, 0): dx = d where y > 0, which keeps x free for fusion; 0 at 0.
var Relu Entry

func init() {
	define(&Relu, Entry{
		Def: ir.Def{Name: "relu", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Elem32: elem1(vec.F32.Relu), Elem64: elem1(vec.F64.Relu)},
		Sym:     func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("max", sym.Num(0), x[0]) },
		VJP:     vjp1(func(c *Ctx, _, y, d *gorgonia.Node) *gorgonia.Node { return c.ReluGrad(d, y) }),
		Ref:     ref1(func(x float64) float64 { return math.Max(x, 0) }),
		Samples: func() []Sample { return kinked(shapes(1, plain...)) },
	})
}

// Relu is max(x, 0).
func (c *Ctx) Relu(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Relu, nil, x) }
