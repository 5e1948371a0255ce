package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// ArgRunning is the Int index of the largest element so far along an axis, or of
// the smallest with the attribute least; the later one of two that are equal.
// NaN counts as larger and as smaller than anything. No gradient: the running
// extremes are gathered by it.
var ArgRunning Entry

func init() {
	define(&ArgRunning, Entry{
		Def: ir.Def{Name: "argrunning", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				t, err := inferAxis(in, a)
				return ir.Type{DType: ir.Int, Shape: t.Shape}, err
			},
			F32: ir.Kernel[float32]{Run: argRunning[float32]}, F64: ir.Kernel[float64]{Run: argRunning[float64]}},
		VJP: noGrad,
		Ref: argRunning[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 5}}, Attrs: ir.A("axis", 1, "least", false)},
				{In: []ir.Shape{{2, 4, 3}}, Attrs: ir.A("axis", 1, "least", true)},
			}
		},
	})
}

func argRunning[T ir.Float](c *ir.Call[T]) {
	g, least := lineOf(c.V.In[0].Type.Shape, c.V.Attrs.Int("axis")), c.V.Attrs.Bool("least")
	for i := range g.outer * g.inner {
		base, best := i/g.inner*g.n*g.inner+i%g.inner, 0
		for k := range g.n {
			v, m := c.In[0][base+k*g.inner], c.In[0][base+best*g.inner]
			if v != v || m == m && (v == m || (v < m) == least) {
				best = k
			}
			c.IntOut[base+k*g.inner] = best
		}
	}
}

// RunningExtreme is the largest element so far along the axis, or the smallest,
// and its index.
func (c *Ctx) RunningExtreme(x *gorgonia.Node, axis int, least bool) (values, index *gorgonia.Node) {
	index = c.alongAxis(&ArgRunning, axis, ir.A("least", least), x)
	return c.Gather(x, index, axis), index
}
