package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Sigmoid is 1/(1 + e⁻ˣ): dx = d·σ(x)·σ(−x).
var Sigmoid Entry

func init() {
	define(&Sigmoid, Entry{
		Def: ir.Def{Name: "sigmoid", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape, Split: splitAt(&SigmoidTail, &SigmoidOpen),
			Elem32: elem1(vec.F32.Sigmoid), Elem64: elem1(vec.F64.Sigmoid)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Call("σ", x[0]) },
		VJP: vjp1(func(c *Ctx, x, _, d *gorgonia.Node) *gorgonia.Node {
			return c.SigmoidGrad(d, x)
		}),
		Ref:     ref1(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
		Samples: func() []Sample { return shapes(1, plain...) },
	})
}

// Sigmoid is 1/(1 + e⁻ˣ).
func (c *Ctx) Sigmoid(x *gorgonia.Node) *gorgonia.Node { return c.Apply(&Sigmoid, nil, x) }
