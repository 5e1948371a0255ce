package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Gather takes elements along an axis: y[i, j, k] = x[i, index[i, j, k], k] for
// axis 1. index has x's rank, and no larger extents on the other axes: dx adds each
// element of d to where it came from.
var Gather Entry

func init() {
	define(&Gather, Entry{
		Def: ir.Def{Name: "gather", Class: ir.Opaque, Arity: 2, Infer: inferGather,
			Range: func(v *ir.Value, i int) (int, bool) {
				return v.In[0].Type.Shape[v.Attrs.Int("axis")], i == 1
			},
			F32: ir.Kernel[float32]{Prepare: prepareGather, Run: gather[float32]},
			F64: ir.Kernel[float64]{Prepare: prepareGather, Run: gather[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			a := n.Attrs.With("extent", []int(c.Shape(n.In[0])))
			return []*gorgonia.Node{c.Apply(&ScatterAdd, a, d, n.In[1]), nil}
		},
		Ref: func(c *ir.Call[float64]) {
			c.State, _ = prepareGather(c.V, 1)
			gather(c)
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}, {3, 2}}, Int: []int{0, 4}, Attrs: ir.A("axis", 1)},
				{In: []ir.Shape{{5, 3}, {7, 3}}, Int: []int{0, 5}, Attrs: ir.A("axis", 0)},
			}
		},
	})
}

func inferGather(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	x, idx := in[0], in[1]
	if err := checkIndex(x, idx, a.Int("axis")); err != nil {
		return ir.Type{}, err
	}
	return ir.Type{DType: x.DType, Shape: idx.Shape.Clone()}, nil
}

// checkIndex checks an index of places along an axis of the whole.
func checkIndex(whole, idx ir.Type, axis int) error {
	if err := wantIndexed(whole, idx); err != nil {
		return err
	}
	if len(whole.Shape) != len(idx.Shape) || axis < 0 || axis >= len(whole.Shape) {
		return shapef("got %v and the index %v, want as many axes, and axis %d among them", whole.Shape, idx.Shape, axis)
	}
	for i, d := range idx.Shape {
		if i != axis && d > whole.Shape[i] {
			return shapef("got the index %v for %v, want at most %d on axis %d", idx.Shape, whole.Shape, whole.Shape[i], i)
		}
	}
	return nil
}

// places walks an index: strides of the whole, and memory for a position.
type places struct {
	shape  ir.Shape // of the index
	stride []int    // of the whole, 0 on the axis
	step   int      // of the whole on the axis
	n      int      // its extent
	pos    []int
}

func newPlaces(whole, idx ir.Shape, axis int) *places {
	p := &places{shape: idx, stride: whole.Strides(), n: whole[axis], pos: make([]int, len(idx))}
	p.step, p.stride[axis] = p.stride[axis], 0
	return p
}

// each calls f for each element of the index with its offset in the whole, which is -1
// if the element is out of range.
func (p *places) each(index []int, f func(i, at int)) {
	clear(p.pos)
	base := 0
	for i, k := range index {
		if k < 0 || k >= p.n {
			f(i, -1)
		} else {
			f(i, base+k*p.step)
		}
		for a := len(p.pos) - 1; a >= 0; a-- {
			base += p.stride[a]
			if p.pos[a]++; p.pos[a] < p.shape[a] {
				break
			}
			base -= p.pos[a] * p.stride[a]
			p.pos[a] = 0
		}
	}
}

func prepareGather(v *ir.Value, _ int) (any, int) {
	return newPlaces(v.In[0].Type.Shape, v.Type.Shape, v.Attrs.Int("axis")), 0
}

func gather[T ir.Float](c *ir.Call[T]) {
	p := c.State.(*places)
	p.each(c.IntIn[1], func(i, at int) {
		if at < 0 {
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", c.IntIn[1][i], i, p.n-1))
			return
		}
		c.Out[i] = c.In[0][at]
	})
}

// Gather takes elements along the axis; a negative one counts from the last.
func (c *Ctx) Gather(x, index *gorgonia.Node, axis int) *gorgonia.Node {
	return c.alongAxis(&Gather, axis, nil, x, index)
}
