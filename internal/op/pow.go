package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// Pow is z = xʸ: dx = d·y·xʸ⁻¹, 0 where x and y are 0; dy = d·z·log x, 0 where x is 0 and y ≥ 0.
var Pow Entry

func init() {
	define(&Pow, Entry{
		Def: ir.Def{Name: "pow", Class: ir.Elementwise, Arity: 2, Weight: weightLong, Infer: sameShape,
			Elem32: elem2(vec.F32.Pow), Elem64: elem2(vec.F64.Pow)},
		Sym: func(_ ir.Attrs, x []*sym.Expr) *sym.Expr { return sym.Power(x[0], x[1]) },
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			zero := c.Fill(n.Out, 0)
			// y·x⁻¹ is 0 where y is 0, but for an x of 0, which is made safe
			base := c.Select(c.Mul(c.EqConst(y, 0), c.EqConst(x, 0)), c.Fill(x, 1), x)
			dx := c.Mul(d, c.Mul(y, c.Pow(base, c.AddConst(y, -1))))
			flat := c.Mul(c.EqConst(x, 0), c.GeConst(y, 0))
			safe := c.Select(flat, c.Fill(x, 1), x) // its logarithm is multiplied by 0 below
			dy := c.Select(flat, zero, c.Mul(d, c.Mul(n.Out, c.Log(safe))))
			return []*gorgonia.Node{dx, dy}
		},
		Ref:     ref2(math.Pow),
		Samples: func() []Sample { return within(0.3, 2, shapes(2, plain...)) },
	})
}

// Pow is x to the power of y, broadcast.
func (c *Ctx) Pow(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Pow, x, y) }
