package op

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the rows that fold axes share. Their attributes: axes,
// sorted and without repeats, and keep, which leaves them with extent 1.

func inferReduce(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	t := in[0]
	if !t.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v, want floats", t)
	}
	axes := a.Ints("axes")
	for i, x := range axes {
		if x < 0 || x >= len(t.Shape) || i > 0 && x <= axes[i-1] {
			return ir.Type{}, shapef("got axes %v for %v, want different axes in [0,%d)", axes, t.Shape, len(t.Shape))
		}
	}
	out := ir.Shape{}
	for i, d := range t.Shape {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case a.Bool("keep"):
			out = append(out, 1)
		}
	}
	return ir.Type{DType: t.DType, Shape: out}, nil
}

// inferReduceSome is inferReduce for a fold that has no value without elements.
func inferReduceSome(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if in[0].Shape.Size() == 0 {
		return ir.Type{}, shapef("got %v, which has no elements", in[0].Shape)
	}
	return inferReduce(in, a)
}

// reduceSamples are the applications that all folds are sampled at.
func reduceSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axes", []int{1}, "keep", false)},
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axes", []int{0}, "keep", true)},
		{In: []ir.Shape{{5}}, Attrs: ir.A("axes", []int{0}, "keep", false)},
		{In: []ir.Shape{{2, 3, 4, 5}}, Attrs: ir.A("axes", []int{0, 2}, "keep", false)},
		{In: []ir.Shape{{2, 3, 4, 5}}, Attrs: ir.A("axes", []int{1, 3}, "keep", true)},
		{In: []ir.Shape{{2, 3}}, Attrs: ir.A("axes", []int{0, 1}, "keep", false)},
		{In: []ir.Shape{{70, 1000}}, Attrs: ir.A("axes", []int{0, 1}, "keep", false)},
	}
}

// reduce applies a fold after resolving the axes: negative ones count from the
// last, nil is all of them.
func (c *Ctx) reduce(e *Entry, x *gorgonia.Node, axes []int, keep bool) *gorgonia.Node {
	t := c.Type(x)
	if c.Err != nil {
		return nil
	}
	axes, err := resolveAxes(t, axes)
	if err != nil {
		c.Fail(e.Name, c.Label, []*gorgonia.Node{x}, err)
		return nil
	}
	return c.Apply(e, ir.A("axes", axes, "keep", keep), x)
}

// resolveAxes sorts the axes of t and counts negative ones from the last; nil
// is all of them.
func resolveAxes(t ir.Type, axes []int) ([]int, error) {
	out := make([]int, 0, len(t.Shape))
	if axes == nil {
		for i := range t.Shape {
			out = append(out, i)
		}
		return out, nil
	}
	for _, a := range axes {
		a, err := t.Axis(a)
		if err != nil {
			return nil, shapef("%v", err)
		}
		if slices.Contains(out, a) {
			return nil, shapef("got axes %v, in which axis %d is repeated", axes, a)
		}
		out = append(out, a)
	}
	slices.Sort(out)
	return out, nil
}

// unreduce broadcasts y, shaped like the result of the fold n, to its operand.
func (c *Ctx) unreduce(n Applied, y *gorgonia.Node) *gorgonia.Node {
	return c.Broadcast(c.keepAxes(n, y), c.Shape(n.In[0]))
}

// keepAxes gives y, shaped like the result of the fold n, extents of 1 where
// axes were folded.
func (c *Ctx) keepAxes(n Applied, y *gorgonia.Node) *gorgonia.Node {
	kept := c.Shape(n.In[0]).Clone()
	for _, a := range n.Attrs.Ints("axes") {
		if a < len(kept) {
			kept[a] = 1
		}
	}
	return c.Reshape(y, kept)
}

// reducer folds in two layouts. The folds must be associative.
type reducer[T ir.Float] struct {
	rows func(dst, x []T, n int)         // dst[i] folds x[i*n:(i+1)*n]
	cols func(dst, x []T, n, stride int) // dst[j] folds x[i*stride+j] for i in [0, n)
}

// stage folds the middle axis of a dense [outer, n, inner] array.
type stage struct{ outer, n, inner int }

// stages splits a fold over any axes into folds of one axis each, last first,
// after joining neighbouring axes that go the same way.
func stages(shape ir.Shape, axes []int) []stage {
	type group struct {
		n    int
		fold bool
	}
	var gs []group
	for i, d := range shape {
		fold := slices.Contains(axes, i)
		if d == 1 {
			continue
		}
		if k := len(gs) - 1; k >= 0 && gs[k].fold == fold {
			gs[k].n *= d
			continue
		}
		gs = append(gs, group{d, fold})
	}
	var out []stage
	for k := len(gs) - 1; k >= 0; k-- {
		if !gs[k].fold {
			continue
		}
		s := stage{outer: 1, n: gs[k].n, inner: 1}
		for i, g := range gs {
			switch {
			case i < k:
				s.outer *= g.n
			case i > k && !g.fold:
				s.inner *= g.n
			}
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		out = append(out, stage{shape.Size(), 1, 1})
	}
	return out
}

const (
	reduceChunk = 8192  // elements that one part folds of one long row
	reduceGrain = 32768 // elements below which a fold is not worth splitting
)

// folding is the state of one prepared fold.
type folding[T ir.Float] struct {
	r      reducer[T]
	stages []stage
	cur    stage
	src    []T
	dst    []T
	parts  int
	f      func(worker, part int)
}

// reduceKernel runs the folds of r over any axes. The order of the additions
// depends on the shape alone, not on the number of workers.
func reduceKernel[T ir.Float](r reducer[T]) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, _ int) (any, int) {
			s := &folding[T]{r: r, stages: stages(v.In[0].Type.Shape, v.Attrs.Ints("axes"))}
			s.f = s.part
			scratch := 0
			for _, g := range s.stages {
				scratch += g.outer*g.inner + (g.n+reduceChunk-1)/reduceChunk
			}
			return s, scratch
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*folding[T])
			src, free := c.In[0], c.Scratch
			for i, g := range s.stages {
				dst := c.Out
				if i < len(s.stages)-1 {
					dst, free = free[:g.outer*g.inner], free[g.outer*g.inner:]
				}
				s.run(c, g, dst, src, free)
				src = dst
			}
		},
	}
}

func (s *folding[T]) run(c *ir.Call[T], g stage, dst, src, free []T) {
	s.cur, s.src, s.dst = g, src, dst
	switch size := g.outer * g.n * g.inner; {
	case g.outer == 1 && g.inner == 1 && g.n > reduceChunk:
		n := (g.n + reduceChunk - 1) / reduceChunk
		s.dst = free[:n]
		c.Pool.Run(n, s.f)
		s.r.rows(dst, s.dst, n)
	case size < reduceGrain:
		s.parts = 1
		s.part(0, 0)
	case g.outer > 1:
		s.parts = min(g.outer, (size+reduceGrain-1)/reduceGrain)
		c.Pool.Run(s.parts, s.f)
	default:
		s.parts = min((g.inner+63)/64, (size+reduceGrain-1)/reduceGrain)
		c.Pool.Run(s.parts, s.f)
	}
}

// part folds one part of the current stage.
func (s *folding[T]) part(_, p int) {
	g := s.cur
	switch {
	case g.outer == 1 && g.inner == 1 && g.n > reduceChunk:
		s.r.rows(s.dst[p:p+1], s.src[p*reduceChunk:], min(reduceChunk, g.n-p*reduceChunk))
	case g.outer == 1 && g.inner > 1:
		lo, hi := p*g.inner/s.parts, (p+1)*g.inner/s.parts
		s.r.cols(s.dst[lo:hi], s.src[lo:], g.n, g.inner)
	default:
		lo, hi := p*g.outer/s.parts, (p+1)*g.outer/s.parts
		if g.inner == 1 {
			s.r.rows(s.dst[lo:hi], s.src[lo*g.n:], g.n)
			return
		}
		for o := lo; o < hi; o++ {
			s.r.cols(s.dst[o*g.inner:(o+1)*g.inner], s.src[o*g.n*g.inner:], g.n, g.inner)
		}
	}
}

// extremeKernel folds rows with of and columns with pair, max or min.
func extremeKernel[T ir.Float](of func([]T) T, pair func(dst, a, b []T)) ir.Kernel[T] {
	return reduceKernel(reducer[T]{
		rows: func(dst, x []T, n int) {
			for i := range dst {
				dst[i] = of(x[i*n : (i+1)*n])
			}
		},
		cols: func(dst, x []T, n, stride int) {
			copy(dst, x)
			for i := 1; i < n; i++ {
				pair(dst, dst, x[i*stride:])
			}
		},
	})
}

// shareTies sends d to the elements of the operand of the fold n that are equal
// to its result, in equal shares.
func (c *Ctx) shareTies(n Applied, d *gorgonia.Node) *gorgonia.Node {
	tie := c.Eq(n.In[0], c.keepAxes(n, n.Out))
	share := c.Div(c.keepAxes(n, d), c.Sum(tie, n.Attrs.Ints("axes"), true))
	return c.Mul(tie, share)
}

// refReduce folds one element after another.
func refReduce(zero float64, f func(acc, x float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		shape := c.V.In[0].Type.Shape
		axes := c.V.Attrs.Ints("axes")
		seen := make([]bool, len(c.Out))
		for i, x := range c.In[0] {
			at, rest, stride := 0, i, 1
			for k := len(shape) - 1; k >= 0; k-- {
				j := rest % shape[k]
				rest /= shape[k]
				if !slices.Contains(axes, k) {
					at += j * stride
					stride *= shape[k]
				}
			}
			if !seen[at] {
				seen[at] = true
				c.Out[at] = zero
				if math.IsNaN(zero) { // no neutral element: start from the first
					c.Out[at] = x
					continue
				}
			}
			c.Out[at] = f(c.Out[at], x)
		}
		if len(c.In[0]) == 0 {
			for i := range c.Out {
				c.Out[i] = zero
			}
		}
	}
}
