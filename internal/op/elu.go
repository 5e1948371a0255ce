package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Elu is x for x > 0, else by·(eˣ − 1), with the constant by: dx = d or
// by·d·eˣ.
var Elu Entry

func init() {
	define(&Elu, Entry{
		Def: ir.Def{Name: "elu", Class: ir.Elementwise, Arity: 1, Weight: weightFast, Infer: sameShape, Consts: by,
			Elem32: elemS(vec.EluF32), Elem64: elemS(vec.EluF64)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			by := n.Attrs.Float("by")
			return []*gorgonia.Node{c.Select(c.GtConst(n.In[0], 0), d, c.Mul(d, c.Scale(c.Exp(n.In[0]), by)))}
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
