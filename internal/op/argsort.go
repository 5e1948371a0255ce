package op

import (
	"sort"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// ArgSort is the Int order that sorts x along an axis, from the largest with the
// attribute descending. Equal elements keep their order; NaN counts as the
// largest. No gradient: the sorted values are gathered by it.
var ArgSort Entry

func init() {
	define(&ArgSort, Entry{
		Def: ir.Def{Name: "argsort", Class: ir.Opaque, Arity: 1,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				t, err := inferAxis(in, a)
				return ir.Type{DType: ir.Int, Shape: t.Shape}, err
			},
			F32: ir.Kernel[float32]{Prepare: prepareSort[float32], Run: argSort[float32]},
			F64: ir.Kernel[float64]{Prepare: prepareSort[float64], Run: argSort[float64]}},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) {
			c.State, _ = prepareSort[float64](c.V, 1)
			argSort(c)
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 5}}, Attrs: ir.A("axis", 1, "descending", true)},
				{In: []ir.Shape{{4, 3}}, Attrs: ir.A("axis", 0, "descending", false)},
			}
		},
	})
}

// sorting is a line with its order, as sort.Interface.
type sorting[T ir.Float] struct {
	x          []T
	order      []int
	descending bool
}

func (s *sorting[T]) Len() int      { return len(s.order) }
func (s *sorting[T]) Swap(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] }

func (s *sorting[T]) Less(i, j int) bool {
	a, b := s.x[s.order[i]], s.x[s.order[j]]
	if s.descending {
		a, b = b, a
	}
	return a < b || a == a && b != b
}

func prepareSort[T ir.Float](v *ir.Value, _ int) (any, int) {
	n := v.Type.Shape[v.Attrs.Int("axis")]
	return &sorting[T]{x: make([]T, n), order: make([]int, n), descending: v.Attrs.Bool("descending")}, 0
}

func argSort[T ir.Float](c *ir.Call[T]) {
	s := c.State.(*sorting[T])
	g := lineOf(c.V.Type.Shape, c.V.Attrs.Int("axis"))
	for i := range g.outer * g.inner {
		base := i/g.inner*g.n*g.inner + i%g.inner
		for k := range s.x {
			s.x[k], s.order[k] = c.In[0][base+k*g.inner], k
		}
		sort.Stable(s)
		for k, o := range s.order {
			c.IntOut[base+k*g.inner] = o
		}
	}
}

// ArgSort is the order that sorts x along the axis.
func (c *Ctx) ArgSort(x *gorgonia.Node, axis int, descending bool) *gorgonia.Node {
	return c.alongAxis(&ArgSort, axis, ir.A("descending", descending), x)
}

// Sort is x sorted along the axis.
func (c *Ctx) Sort(x *gorgonia.Node, axis int, descending bool) *gorgonia.Node {
	return c.Gather(x, c.ArgSort(x, axis, descending), axis)
}

// TopK are the k largest along the axis, in falling order.
func (c *Ctx) TopK(x *gorgonia.Node, k, axis int) *gorgonia.Node {
	return c.part(c.Sort(x, axis, true), axis, 0, k)
}

// KthValue is the k-th smallest element along the axis, k from 1 on, and drops the
// axis; NaN if there is one.
func (c *Ctx) KthValue(x *gorgonia.Node, k, axis int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	a, err := t.Axis(axis)
	switch {
	case err != nil:
		c.Fail("kthvalue", "", []*gorgonia.Node{x}, shapef("%v", err))
		return nil
	case t.Shape[a] == 0:
		c.Fail("kthvalue", "", []*gorgonia.Node{x}, shapef("axis %d: got no elements, want at least one", axis))
		return nil
	case k < 1 || k > t.Shape[a]:
		c.Fail("kthvalue", "", []*gorgonia.Node{x}, shapef("got k = %d, want 1 to %d, the extent of axis %d", k, t.Shape[a], axis))
		return nil
	}
	y := c.Sort(x, a, false)
	last := c.part(y, a, t.Shape[a]-1, t.Shape[a]) // NaN if there is one
	y = c.Select(c.IsNaN(last), last, c.part(y, a, k-1, k))
	return c.Reshape(y, append(t.Shape[:a:a].Clone(), t.Shape[a+1:]...))
}

// Median is the middle element along the axis, the lower of two, and drops the
// axis; NaN if there is one.
func (c *Ctx) Median(x *gorgonia.Node, axis int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	k, err := t.Axis(axis)
	if err == nil && t.Shape[k] == 0 {
		err = shapef("axis %d: got no elements, want at least one", axis)
	}
	if err != nil {
		c.Fail("median", "", []*gorgonia.Node{x}, shapef("%v", err))
		return nil
	}
	return c.KthValue(x, (t.Shape[k]+1)/2, k)
}

// part is the slice of an axis from start up to, but not including, stop.
func (c *Ctx) part(x *gorgonia.Node, axis, start, stop int) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	k, err := t.Axis(axis)
	if err != nil || start < 0 || stop > t.Shape[k] || start > stop {
		c.Fail("slice", "", []*gorgonia.Node{x}, shapef("got elements %d to %d, want such as axis %d of %v has", start, stop, axis, t.Shape))
		return nil
	}
	r := make([]Range, k+1)
	for i := range r {
		r[i] = Range{0, t.Shape[i], 1}
	}
	r[k] = Range{start, stop, 1}
	return c.Slice(x, r)
}
