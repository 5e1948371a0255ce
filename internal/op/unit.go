package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Unit is u = x/z with z = √(x² + y²), the cosine of the angle between x and the
// hypotenuse, 0 where z is 0: with v = y/z, dx = d·v²/z and dy = −d·u·v/z, in which
// nothing cancels, as x's own terms would.
var Unit Entry

func init() {
	define(&Unit, Entry{
		Def: ir.Def{Name: "unit", Class: ir.Elementwise, Arity: 2, Weight: weightSlow, Infer: sameShape,
			Elem32: elem2(each2[float32](unit)), Elem64: elem2(each2[float64](unit))},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, y := n.In[0], n.In[1]
			z := c.Hypot(x, y)
			v := c.Unit(y, x)
			q := c.Mul(d, c.Div(v, c.Select(c.EqConst(z, 0), c.Fill(z, 1), z)))
			return []*gorgonia.Node{c.Mul(q, v), c.Neg(c.Mul(q, n.Out))}
		},
		Ref:     ref2(func(x, y float64) float64 { return x / math.Sqrt(x*x+y*y) }),
		Samples: func() []Sample { return within(0.3, 2, shapes(2, plain...)) },
	})
}

func unit(x, y float64) float64 {
	if x == 0 && y == 0 {
		return 0
	}
	return x / math.Hypot(x, y)
}

// Unit is x/√(x² + y²).
func (c *Ctx) Unit(x, y *gorgonia.Node) *gorgonia.Node { return c.Apply(&Unit, nil, x, y) }
