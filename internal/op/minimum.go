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
			Elem32: elem2(vec.MinF32), Elem64: elem2(vec.MinF64)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			rest := c.AddConst(c.Scale(c.Eq(x, y), -0.5), 1) // NaN passes to both
			return []*gorgonia.Node{c.Mul(d, c.Sub(rest, c.Gt(x, y))), c.Mul(d, c.Sub(rest, c.Gt(y, x)))}
		},
		Ref:     ref2(math.Min),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// Minimum is the smaller of x and y, broadcast.
func (c *Ctx) Minimum(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Minimum, x, y) }
