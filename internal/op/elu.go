package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Elu is x for x > 0, else by·(eˣ − 1), with the constant by: dx = d or
// by·d·eˣ, whose argument is held to 0, so that what is not chosen stays finite to
// every order.
var Elu Entry

func init() {
	define(&Elu, Entry{
		Def: ir.Def{Name: "elu", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.F32.Elu), Elem64: elemS(vec.F64.Elu)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x, by := n.In[0], n.Attrs.Float("by")
			return []*gorgonia.Node{c.Select(c.GtConst(x, 0), d, c.Mul(d, c.Scale(c.Exp(c.Clamp(x, math.Inf(-1), 0)), by)))}
		},
		Ref: refBy(func(x, s float64) float64 {
			if x > 0 {
				return x
			}
			return s * math.Expm1(x)
		}),
		Samples: func() []Sample { return withAttrs(ir.A("by", 1.25), kinked(shapes(1, plain...))) },
	})
}

// Elu is x for x > 0, else alpha·(eˣ − 1).
func (c *Ctx) Elu(x *gorgonia.Node, alpha float64) *gorgonia.Node {
	return c.Apply(&Elu, ir.A("by", alpha), x)
}
