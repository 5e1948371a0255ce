package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Repeat repeats each index of an axis count times, one after another, as NumPy's
// repeat: dx sums over the repetitions.
var Repeat Entry

func init() {
	define(&Repeat, Entry{
		Def: ir.Def{Name: "repeat", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if _, err := inferAxis(in, a); err != nil {
					return ir.Type{}, err
				}
				n := a.Int("count")
				if n < 0 {
					return ir.Type{}, shapef("got %d repetitions, want at least 0", n)
				}
				s := in[0].Shape.Clone()
				if d := s[a.Int("axis")]; d > 0 && n > MaxElements/d {
					return ir.Type{}, shapef("got %d repetitions of %v, want at most %d elements", n, in[0].Shape, MaxElements)
				}
				s[a.Int("axis")] *= n
				return ir.Type{DType: in[0].DType, Shape: s}, nil
			},
			F32: ir.Kernel[float32]{Run: repeat[float32]}, F64: ir.Kernel[float64]{Run: repeat[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			s, k := c.Shape(n.In[0]), n.Attrs.Int("axis")
			if c.Err != nil {
				return []*gorgonia.Node{nil}
			}
			split := append(append(s[:k+1].Clone(), n.Attrs.Int("count")), s[k+1:]...)
			return []*gorgonia.Node{c.Sum(c.Reshape(d, split), []int{k + 1}, false)}
		},
		Ref: repeat[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 3}}, Attrs: ir.A("axis", 1, "count", 2)},
				{In: []ir.Shape{{2, 3}}, Attrs: ir.A("axis", 0, "count", 3)},
			}
		},
	})
}

func repeat[T ir.Float](c *ir.Call[T]) {
	g := lineOf(c.V.In[0].Type.Shape, c.V.Attrs.Int("axis"))
	n := c.V.Attrs.Int("count")
	for i := range g.outer * g.n {
		for k := range n {
			copy(c.Out[(i*n+k)*g.inner:(i*n+k+1)*g.inner], c.In[0][i*g.inner:])
		}
	}
}

// Repeat repeats each index of the axis count times.
func (c *Ctx) Repeat(x *gorgonia.Node, axis, count int) *gorgonia.Node {
	return c.Apply(&Repeat, ir.A("axis", axis, "count", count), x)
}
