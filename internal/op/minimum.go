package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Minimum is the smaller of x and y, NaN if either is: d goes to the smaller, in halves where they are equal.
var Minimum Entry

func init() {
	define(&Minimum, Entry{
		Def: ir.Def{Name: "minimum", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.F32.Min), Elem64: elem2(vec.F64.Min)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			rest := c.AddConst(c.Scale(c.Eq(x, y), -0.5), 1) // where one is NaN, d goes to both
			share, zero := c.Mul(d, rest), c.Fill(d, 0)
			return []*gorgonia.Node{c.Select(c.Gt(x, y), zero, share), c.Select(c.Gt(y, x), zero, share)}
		},
		Ref:     ref2(math.Min),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// Minimum is the smaller of x and y, broadcast.
func (c *Ctx) Minimum(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Minimum, x, y) }
