package op

import (
	"maps"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Unslice puts x into zeros of the attribute shape, where a Slice with the same start,
// count and step would take it from: dx is that slice of d.
var Unslice Entry

func init() {
	define(&Unslice, Entry{
		Def: ir.Def{Name: "unslice", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				whole := ir.Type{DType: in[0].DType, Shape: append(ir.Shape{}, a.Ints("shape")...)}
				part, err := inferSlice([]ir.Type{whole}, a)
				if err != nil {
					return ir.Type{}, err
				}
				if !part.Shape.Equal(in[0].Shape) {
					return ir.Type{}, shapef("got %v, want %v", in[0].Shape, part.Shape)
				}
				return whole, nil
			},
			Sum: sumUnslices,
			F32: unslice[float32](), F64: unslice[float64]()},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			a := n.Attrs
			return []*gorgonia.Node{c.Apply(&Slice, ir.A("start", a.Ints("start"), "count", a.Ints("count"), "step", a.Ints("step")), d)}
		},
		Ref: func(c *ir.Call[float64]) {
			clear(c.Out)
			scatter(c.Out, c.In[0], unsliceLayout(c.V), make([]int, len(c.V.Type.Shape)))
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3}}, Attrs: ir.A("start", []int{1}, "count", []int{3}, "step", []int{1}, "shape", []int{5})},
				{In: []ir.Shape{{2, 3}}, Attrs: ir.A("start", []int{3, 1}, "count", []int{2, 3}, "step", []int{-2, 2}, "shape", []int{4, 6})},
			}
		},
	})
}

// sumUnslices rewrites a sum of parts that lie side by side along an axis as their
// concatenation: it is the gradient of a value that was cut into pieces.
func sumUnslices(f *ir.Func, terms []*ir.Value) []*ir.Value {
	byAxis := map[int][]*ir.Value{}
	var out []*ir.Value
	for _, v := range terms {
		if axis, ok := cutAxis(v); ok {
			byAxis[axis] = append(byAxis[axis], v)
		} else {
			out = append(out, v)
		}
	}
	for _, axis := range slices.Sorted(maps.Keys(byAxis)) {
		parts := byAxis[axis]
		slices.SortStableFunc(parts, func(x, y *ir.Value) int { return cutAt(x, axis) - cutAt(y, axis) })
		for len(parts) > 0 {
			run, rest := neighbours(parts, axis)
			joined := joinParts(f, run, axis)
			if joined == nil {
				return nil
			}
			out, parts = append(out, joined), rest
		}
	}
	if len(out) == len(terms) {
		return nil
	}
	return out
}

// cutAxis is the axis along which v is a part, if that is the only one and the part has
// no gaps.
func cutAxis(v *ir.Value) (axis int, ok bool) {
	axis = -1
	for i, n := range v.Type.Shape {
		if v.Attrs.Ints("step")[i] != 1 {
			return 0, false
		}
		if v.Attrs.Ints("count")[i] == n {
			continue
		}
		if axis >= 0 {
			return 0, false
		}
		axis = i
	}
	return axis, axis >= 0
}

// cutAt is where the part v starts.
func cutAt(v *ir.Value, axis int) int { return v.Attrs.Ints("start")[axis] }

// neighbours takes the longest run of parts in which each starts where the one before
// ends. The parts are sorted by where they start.
func neighbours(parts []*ir.Value, axis int) (run, rest []*ir.Value) {
	end := cutAt(parts[0], axis)
	for _, v := range parts {
		if cutAt(v, axis) == end {
			run = append(run, v)
			end += v.Attrs.Ints("count")[axis]
		} else {
			rest = append(rest, v)
		}
	}
	return run, rest
}

// joinParts is the sum of a run of parts.
func joinParts(f *ir.Func, run []*ir.Value, axis int) *ir.Value {
	if len(run) == 1 {
		return run[0]
	}
	in := make([]*ir.Value, len(run))
	for i, v := range run {
		in[i] = v.In[0]
	}
	w, err := f.New(&Concat.Def, ir.A("axis", axis), in...)
	if err != nil {
		return nil
	}
	if w.Type.Equal(run[0].Type) {
		return w
	}
	whole, err := f.New(&Unslice.Def, run[0].Attrs.With("count", []int(w.Type.Shape)), w)
	if err != nil {
		return nil
	}
	return whole
}

// unsliceLayout is where the operand's elements lie in the result.
func unsliceLayout(v *ir.Value) ir.Layout {
	l := ir.Layout{Shape: v.In[0].Type.Shape, Stride: v.Type.Shape.Strides()}
	for i, s := range l.Stride {
		l.Offset += v.Attrs.Ints("start")[i] * s
		l.Stride[i] = s * v.Attrs.Ints("step")[i]
	}
	return l
}

// scatter writes src to dst through l, run by run along the last axis; idx is memory for an
// index.
func scatter[T ir.Float](dst, src []T, l ir.Layout, idx []int) {
	last := len(l.Shape) - 1
	if last < 0 {
		dst[l.Offset] = src[0]
		return
	}
	clear(idx)
	n, step := l.Shape[last], l.Stride[last]
	for at := l.Offset; len(src) > 0; src = src[n:] {
		if step == 1 {
			copy(dst[at:at+n], src[:n])
		} else {
			to := at
			for _, x := range src[:n] {
				dst[to] = x
				to += step
			}
		}
		for k := last - 1; k >= 0; k-- {
			at += l.Stride[k]
			if idx[k]++; idx[k] < l.Shape[k] {
				break
			}
			at -= idx[k] * l.Stride[k]
			idx[k] = 0
		}
	}
}

// joined returns l with axes that follow each other without a gap as one.
func joined(l ir.Layout) ir.Layout {
	out := ir.Layout{Offset: l.Offset}
	for i, n := range l.Shape {
		if k := len(out.Shape) - 1; k >= 0 && out.Stride[k] == n*l.Stride[i] {
			out.Shape[k] *= n
			out.Stride[k] = l.Stride[i]
			continue
		}
		out.Shape, out.Stride = append(out.Shape, n), append(out.Stride, l.Stride[i])
	}
	return out
}

type unslicing struct {
	l   ir.Layout
	idx []int
}

func unslice[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			l := joined(unsliceLayout(v))
			return &unslicing{l, make([]int, len(l.Shape))}, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*unslicing)
			clear(c.Out)
			scatter(c.Out, c.In[0], s.l, s.idx)
		},
	}
}
