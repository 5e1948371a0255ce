package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Recurrence is hᵢ = uᵢ + aᵢ·hᵢ₋₁ along an axis, for u and a of one shape, from the
// end with the attribute reverse; the first a plays no part. The derivative by u is the
// recurrence of d from the other end, in which a stands one place earlier,
//
//	duᵢ = dᵢ + aᵢ₊₁·duᵢ₊₁    daᵢ = duᵢ·hᵢ₋₁
//
// so that derivatives of any order take time and memory as the line is long.
var Recurrence Entry

func init() {
	define(&Recurrence, Entry{
		Def: ir.Def{Name: "recurrence", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if !in[0].Equal(in[1]) {
					return ir.Type{}, shapef("got %v and the coefficients %v, want equal shapes", in[0], in[1])
				}
				return inferAxis(in, a)
			},
			F32: recurrenceKernel[float32](), F64: recurrenceKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			axis, reverse := n.Attrs.Int("axis"), n.Attrs.Bool("reverse")
			du := c.recurrence(d, c.shift(n.In[1], axis, !reverse), axis, !reverse)
			return []*gorgonia.Node{du, c.Mul(du, c.shift(n.Out, axis, reverse))}
		},
		Ref: func(c *ir.Call[float64]) {
			g, w := lineOf(c.V.Type.Shape, c.V.Attrs.Int("axis")), walkOf(c.V.Attrs, c.V.Type.Shape[c.V.Attrs.Int("axis")])
			for i := range g.outer * g.inner {
				base, h := i/g.inner*g.n*g.inner+i%g.inner, 0.0
				for k := range g.n {
					at := base + (w.at+k*w.step)*g.inner
					h = c.In[0][at] + c.In[1][at]*h
					c.Out[at] = h
				}
			}
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}, {3, 4}}, Attrs: ir.A("axis", 1, "reverse", false)},
				{In: []ir.Shape{{3, 4}, {3, 4}}, Attrs: ir.A("axis", 0, "reverse", true)},
				{In: []ir.Shape{{2, 5, 3}, {2, 5, 3}}, Attrs: ir.A("axis", 1, "reverse", false)},
				{In: []ir.Shape{{1}, {1}}, Attrs: ir.A("axis", 0, "reverse", true)},
			}
		},
	})
}

// recurring is the state of a prepared recurrence.
type recurring[T ir.Float] struct {
	c     *ir.Call[T]
	g     stage
	w     walk
	parts int
	part  func(worker, part int)
}

func recurrenceKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			axis := v.Attrs.Int("axis")
			s := &recurring[T]{g: lineOf(v.Type.Shape, axis), w: walkOf(v.Attrs, v.Type.Shape[axis])}
			s.parts = max(1, min(s.g.outer*s.g.inner, v.Type.Shape.Size()/(1<<13)))
			s.part = s.run
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*recurring[T])
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

// run computes the lines of one part. What is carried is a float64.
func (s *recurring[T]) run(_, part int) {
	g, lines := s.g, s.g.outer*s.g.inner
	u, a, out := s.c.In[0], s.c.In[1], s.c.Out
	for i := part * lines / s.parts; i < (part+1)*lines/s.parts; i++ {
		at, h := i/g.inner*g.n*g.inner+i%g.inner+s.w.at*g.inner, 0.0
		for k := range g.n {
			next := float64(u[at])
			if k > 0 {
				next += float64(a[at]) * h
			}
			h = next
			out[at] = T(h)
			at += s.w.step * g.inner
		}
	}
}

// recurrence applies Recurrence to nodes of one shape.
func (c *Ctx) recurrence(u, a *gorgonia.Node, axis int, reverse bool) *gorgonia.Node {
	return c.Apply(&Recurrence, ir.A("axis", axis, "reverse", reverse), u, a)
}
