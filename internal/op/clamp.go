package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gorgonia.org/gorgonia"
)

// Clamp is x limited to [lo, hi]; NaN stays NaN. dx = d where lo ≤ x ≤ hi, else 0.
var Clamp Entry

func init() {
	define(&Clamp, Entry{
		Def: ir.Def{Name: "clamp", Class: ir.Elementwise, Arity: 1, Infer: sameShape,
			Consts: func(a ir.Attrs) []float64 { return []float64{a.Float("lo"), a.Float("hi")} },
			Elem32: elemClamp(vec.F32.Clamp), Elem64: elemClamp(vec.F64.Clamp)},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			x := n.In[0]
			in := c.Mul(c.GeConst(x, n.Attrs.Float("lo")), c.LeConst(x, n.Attrs.Float("hi")))
			return []*gorgonia.Node{c.Select(in, d, c.Fill(d, 0))}
		},
		Ref: func(c *ir.Call[float64]) {
			lo, hi := c.V.Attrs.Float("lo"), c.V.Attrs.Float("hi")
			for i, x := range c.In[0] {
				c.Out[i] = math.Min(math.Max(x, lo), hi)
			}
		},
		Samples: func() []Sample { return withAttrs(ir.A("lo", -0.5, "hi", 0.75), kinked(shapes(1, plain...))) },
	})
}

func elemClamp[T ir.Float](f func(dst, x []T, lo, hi T)) ir.Elem[T] {
	return func(dst []T, in [][]T, k []T) { f(dst, in[0], k[0], k[1]) }
}

// Clamp is x held to [lo, hi].
func (c *Ctx) Clamp(x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	if !(lo <= hi) {
		c.Fail("clamp", "", []*gorgonia.Node{x}, shapef("got the bounds %v and %v, want lo <= hi", lo, hi))
		return nil
	}
	return c.Apply(&Clamp, ir.A("lo", lo, "hi", hi), x)
}
