package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Concat joins operands along an axis: each gradient is its part of d.
var Concat Entry

func init() {
	define(&Concat, Entry{
		Def: ir.Def{Name: "concat", Class: ir.Opaque, Arity: -1, Infer: inferConcat,
			Simplify: func(_ *ir.Func, v *ir.Value) *ir.Value {
				if len(v.In) == 1 {
					return v.In[0]
				}
				return nil
			},
			Joins: func(v *ir.Value) int { return v.Type.Shape[:v.Attrs.Int("axis")].Size() },
			Part:  partOfConcat,
			F32:   concatKernel[float32](), F64: concatKernel[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			out := make([]*gorgonia.Node, len(n.In))
			at, axis := 0, n.Attrs.Int("axis")
			for i, x := range n.In {
				s := c.Shape(x)
				if c.Err != nil {
					return out
				}
				out[i] = c.part(d, axis, at, at+s[axis])
				at += s[axis]
			}
			return out
		},
		Ref: concat[float64],
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{2, 3}, {1, 3}, {4, 3}}, Attrs: ir.A("axis", 0)},
				{In: []ir.Shape{{2, 3}, {2, 1}}, Attrs: ir.A("axis", 1)},
				{In: []ir.Shape{{0, 3}, {0, 1}}, Attrs: ir.A("axis", 1)},
				{In: []ir.Shape{{2, 0}, {2, 1}}, Attrs: ir.A("axis", 1)},
			}
		},
	})
}

func inferConcat(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	axis := a.Int("axis")
	if len(in) == 0 || axis < 0 || axis >= len(in[0].Shape) {
		return ir.Type{}, shapef("got %d operands and axis %d, want operands that have the axis", len(in), axis)
	}
	out := ir.Type{DType: in[0].DType, Shape: in[0].Shape.Clone()}
	for _, t := range in[1:] {
		if !t.DType.IsFloat() || t.DType != out.DType {
			return ir.Type{}, dtypef("got %v and %v, want floats of one type", in[0], t)
		}
		ok := len(t.Shape) == len(out.Shape)
		for i := 0; ok && i < len(t.Shape); i++ {
			ok = i == axis || t.Shape[i] == out.Shape[i]
		}
		if !ok {
			return ir.Type{}, shapef("got %v and %v, want equal extents except on axis %d", in[0].Shape, t.Shape, axis)
		}
		out.Shape[axis] += t.Shape[axis]
	}
	return out, nil
}

// partOfConcat returns v as a slice of the concatenation all, from its operand first on.
func partOfConcat(f *ir.Func, all *ir.Value, first int, v *ir.Value) *ir.Value {
	axis, s := all.Attrs.Int("axis"), all.Type.Shape
	start, count, step := make([]int, len(s)), s.Clone(), slices.Repeat([]int{1}, len(s))
	count[axis] = 0
	for i, x := range all.In[:first+len(v.In)] {
		if i < first {
			start[axis] += x.Type.Shape[axis]
		} else {
			count[axis] += x.Type.Shape[axis]
		}
	}
	part, err := f.New(&Slice.Def, ir.A("start", start, "count", []int(count), "step", step), all)
	if err != nil {
		return nil
	}
	w, err := f.New(&Reshape.Def, ir.A("shape", []int(v.Type.Shape)), part)
	if err != nil {
		return nil
	}
	return w
}

// concatGrain is the number of elements in one part, for one worker.
const concatGrain = 1 << 14

// concatenation is the state of a concatenation: parts of the rows before the
// axis, for the workers.
type concatenation[T ir.Float] struct {
	c     *ir.Call[T]
	parts int
	part  func(worker, part int)
}

func concatKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			g := lineOf(v.Type.Shape, v.Attrs.Int("axis"))
			s := &concatenation[T]{parts: max(1, min(g.outer, workers, v.Type.Shape.Size()/concatGrain))}
			s.part = func(_, i int) { concatRows(s.c, g, i*g.outer/s.parts, (i+1)*g.outer/s.parts) }
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*concatenation[T])
			s.c = c
			c.Pool.Run(s.parts, s.part)
		},
	}
}

func concat[T ir.Float](c *ir.Call[T]) {
	g := lineOf(c.V.Type.Shape, c.V.Attrs.Int("axis"))
	concatRows(c, g, 0, g.outer)
}

// concatRows joins some of the rows before the axis.
func concatRows[T ir.Float](c *ir.Call[T], g stage, first, end int) {
	axis, at := c.V.Attrs.Int("axis"), 0
	for i, x := range c.In {
		w := c.V.In[i].Type.Shape[axis] * g.inner
		if len(x) == 0 {
			continue
		}
		if &c.Out[at] == &x[0] { // computed in its place
			at += w
			continue
		}
		for o := first; o < end; o++ {
			copy(c.Out[o*g.n*g.inner+at:], x[o*w:(o+1)*w])
		}
		at += w
	}
}

// Concat joins the operands along the axis; a negative one counts from the last.
func (c *Ctx) Concat(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	if len(xs) == 0 {
		c.Fail("concat", "", nil, shapef("got no operands, want at least one"))
		return nil
	}
	t := c.Type(xs[0])
	k, err := t.Axis(axis)
	if c.Err == nil && err != nil {
		c.Fail("concat", "", xs, shapef("%v", err))
	}
	return c.Apply(&Concat, ir.A("axis", k), xs...)
}

// Stack joins operands of one shape along a new axis.
func (c *Ctx) Stack(axis int, xs ...*gorgonia.Node) *gorgonia.Node {
	if c.Err != nil || len(xs) == 0 {
		return c.Concat(axis, xs...)
	}
	s := c.Shape(xs[0])
	k := axis
	if k < 0 {
		k += len(s) + 1
	}
	if k < 0 || k > len(s) {
		c.Fail("stack", "", xs, shapef("axis %d: want 0 to %d for operands %v", axis, len(s), s))
		return nil
	}
	each := make([]*gorgonia.Node, len(xs))
	for i, x := range xs {
		if si := c.Shape(x); c.Err == nil && !si.Equal(s) {
			c.Fail("stack", "", xs, shapef("got %v and %v, want equal shapes", s, si))
		}
		each[i] = c.Reshape(x, append(append(s[:k:k].Clone(), 1), s[k:]...))
	}
	return c.Concat(k, each...)
}
