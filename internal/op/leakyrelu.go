package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// LeakyRelu is x for x > 0, else by·x, with the constant by: dx = d or by·d; by
// at 0.
var LeakyRelu Entry

func init() {
	define(&LeakyRelu, Entry{
		Def: ir.Def{Name: "leakyrelu", Class: ir.Elementwise, Arity: 1, Infer: sameShape, Consts: by,
			Elem32: elemS(leakyRelu[float32]), Elem64: elemS(leakyRelu[float64])},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			by := n.Attrs.Float("by")
			return []*gorgonia.Node{c.Select(c.GtConst(n.In[0], 0), d, c.Scale(d, by))}
		},
		Ref: refBy(func(x, s float64) float64 {
			if x > 0 {
				return x
			}
			return s * x
		}),
		Samples: func() []Sample { return withAttrs(ir.A("by", 0.01), kinked(shapes(1, plain...))) },
	})
}

func leakyRelu[T ir.Float](dst, x []T, s T) {
	for i, v := range x {
		if !(v > 0) {
			v *= s
		}
		dst[i] = v
	}
}

// LeakyRelu is x for x > 0, else slope·x.
func (c *Ctx) LeakyRelu(x *gorgonia.Node, slope float64) *gorgonia.Node {
	return c.Apply(&LeakyRelu, ir.A("by", slope), x)
}
