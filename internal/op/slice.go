package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Range is a part of an axis: Start, Start+Step, ... before Stop.
type Range struct{ Start, Stop, Step int }

// Slice takes a Range of each axis, as the attributes start, count and step say: dx is
// d at those elements, 0 elsewhere.
var Slice Entry

func init() {
	define(&Slice, Entry{
		Def: ir.Def{Name: "slice", Class: ir.Move, Arity: 1, Infer: inferSlice,
			View: func(v *ir.Value, in ir.Layout) (ir.Layout, bool) {
				out := ir.Layout{Offset: in.Offset, Shape: v.Type.Shape, Stride: make([]int, len(in.Stride))}
				start, step := v.Attrs.Ints("start"), v.Attrs.Ints("step")
				for i, s := range in.Stride {
					if v.Type.Shape[i] > 0 {
						out.Offset += start[i] * s
					}
					out.Stride[i] = step[i] * s
				}
				return out, true
			},
			Simplify: func(_ *ir.Func, v *ir.Value) *ir.Value {
				for i, s := range v.Attrs.Ints("step") {
					if s != 1 || v.Type.Shape[i] != v.In[0].Type.Shape[i] {
						return nil
					}
				}
				return v.In[0]
			}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Apply(&Unslice, n.Attrs.With("shape", []int(c.Shape(n.In[0]))), d)}
		},
		Ref: refView,
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{5}}, Attrs: ir.A("start", []int{1}, "count", []int{3}, "step", []int{1})},
				{In: []ir.Shape{{4, 6}}, Attrs: ir.A("start", []int{3, 1}, "count", []int{2, 3}, "step", []int{-2, 2})},
			}
		},
	})
}

func inferSlice(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	s := in[0].Shape
	start, count, step := a.Ints("start"), a.Ints("count"), a.Ints("step")
	if len(start) != len(s) || len(count) != len(s) || len(step) != len(s) {
		return ir.Type{}, shapef("got ranges of %d axes for %v, want %d", len(start), s, len(s))
	}
	for i, n := range count {
		last := start[i] + (n-1)*step[i]
		if n < 0 || n > 0 && (start[i] < 0 || start[i] >= s[i] || last < 0 || last >= s[i]) {
			return ir.Type{}, shapef("got %d elements from %d in steps of %d, want such as axis %d of %v has", n, start[i], step[i], i, s)
		}
	}
	return ir.Type{DType: in[0].DType, Shape: append(ir.Shape{}, count...)}, nil
}

// Rows returns rows of x: the given number along axis 0, from the one at on. One row of more than
// two axes lacks axis 0.
func Rows(f *ir.Func, x *ir.Value, at, rows int) *ir.Value {
	s := x.Type.Shape
	start, count, step := make([]int, len(s)), s.Clone(), make([]int, len(s))
	start[0], count[0] = at, rows
	for i := range step {
		step[i] = 1
	}
	v, err := f.New(&Slice.Def, ir.A("start", start, "count", []int(count), "step", step), x)
	if err == nil && rows == 1 && len(s) > 2 {
		v, err = f.New(&Reshape.Def, ir.A("shape", []int(s[1:])), v)
	}
	if err != nil {
		panic(err)
	}
	return v
}

// Slice takes a range of each of the leading axes, and all of the others. A
// negative Start or Stop counts from the end, a Step of 0 is 1, and a Stop
// beyond the end is the end, as in Python.
func (c *Ctx) Slice(x *gorgonia.Node, ranges []Range) *gorgonia.Node {
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(ranges) > len(s) {
		c.Fail("slice", "", []*gorgonia.Node{x}, shapef("got %d ranges for %v, want at most %d", len(ranges), s, len(s)))
		return nil
	}
	start, count, step := make([]int, len(s)), make([]int, len(s)), make([]int, len(s))
	for i, n := range s {
		r := Range{0, n, 1}
		if i < len(ranges) {
			r = ranges[i].within(n)
		}
		start[i], step[i] = r.Start, r.Step
		count[i] = max(0, (r.Stop-r.Start+r.Step-sign(r.Step))/r.Step)
	}
	return c.Apply(&Slice, ir.A("start", start, "count", count, "step", step), x)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// within resolves r against an axis of extent n.
func (r Range) within(n int) Range {
	if r.Step == 0 {
		r.Step = 1
	}
	r.Step = max(-n-1, min(n+1, r.Step)) // there is one place then, or none
	lo, hi := 0, n
	if r.Step < 0 {
		lo, hi = -1, n-1
	}
	if r.Start < 0 {
		r.Start += n
	}
	if r.Stop < 0 {
		r.Stop += n
	}
	r.Start, r.Stop = min(max(r.Start, lo), hi), min(max(r.Stop, lo), hi)
	return r
}
