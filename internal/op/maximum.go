package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Maximum is the larger of x and y, NaN if either is: d goes to the larger, in halves where they are equal.
var Maximum Entry

func init() {
	define(&Maximum, Entry{
		Def: ir.Def{Name: "maximum", Class: ir.Elementwise, Arity: 2, Infer: sameShape,
			Elem32: elem2(vec.F32.Max), Elem64: elem2(vec.F64.Max)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			rest := c.AddConst(c.Scale(c.Eq(x, y), -0.5), 1) // where one is NaN, d goes to both
			share, zero := c.Mul(d, rest), c.Fill(d, 0)
			return []*gorgonia.Node{c.Select(c.Lt(x, y), zero, share), c.Select(c.Lt(y, x), zero, share)}
		},
		Ref:     ref2(math.Max),
		Samples: func() []Sample { return kinked(shapes(2, plain...)) },
	})
}

// Maximum is the larger of x and y, broadcast.
func (c *Ctx) Maximum(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Maximum, x, y) }
