package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Hypot is z = √(x² + y²) without overflow: dx = d·x/z, dy = d·y/z, 0 where z is 0.
// Its square is x² + y² itself: see squareOf.
var Hypot Entry

func init() {
	define(&Hypot, Entry{
		Def: ir.Def{Name: "hypot", Class: ir.Elementwise, Arity: 2, Weight: weightSlow, Infer: sameShape,
			Elem32: elem2(vec.F32.Hypot), Elem64: elem2(vec.F64.Hypot)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			return []*gorgonia.Node{c.Mul(d, c.Unit(x, y)), c.Mul(d, c.Unit(y, x))}
		},
		Ref:     ref2(math.Hypot),
		Samples: func() []Sample { return within(0.3, 2, shapes(2, plain...)) },
	})
}

// Hypot is √(x² + y²), broadcast.
func (c *Ctx) Hypot(x, y *gorgonia.Node) *gorgonia.Node { return c.elementwise2(&Hypot, x, y) }
