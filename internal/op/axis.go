package op

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the operators that work along one axis share: the attribute
// axis, counted from 0, and a kernel that calls a function for each line along it.

// lineOf splits a shape around the axis. Lines have n elements, inner apart.
func lineOf(s ir.Shape, axis int) stage {
	return stage{outer: s[:axis].Size(), n: s[axis], inner: s[axis+1:].Size()}
}

// inferAxis is the shape rule of an operator that keeps the shape.
func inferAxis(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if !in[0].DType.IsFloat() {
		return ir.Type{}, dtypef("got %v, want floats", in[0])
	}
	if k := a.Int("axis"); k < 0 || k >= len(in[0].Shape) {
		return ir.Type{}, shapef("axis %d: want %s", k, in[0].Axes())
	}
	return in[0], nil
}

// lines is the state of a kernel along an axis.
type lines[T ir.Float] struct {
	c        *ir.Call[T]
	g        stage
	parts    int
	scratch  []T // a line for each operand and the result of each worker, where elements lie apart
	part     func(worker, part int)
	cols     int // of the result
	operands int // of the kernel; a loop behind it has more
	post     func(worker, part int)
}

// lineKernel calls f for every line of the operand. dst and x are dense. They may be
// the same memory only if the elements of a line are not neighbours.
func lineKernel[T ir.Float](f func(dst, x []T)) ir.Kernel[T] {
	return lineKernel2(func(dst, x, _ []T) { f(dst, x) })
}

// lineKernel2 is lineKernel for two operands of one shape; y is x if there is one.
func lineKernel2[T ir.Float](f func(dst, x, y []T)) ir.Kernel[T] {
	return lineKernelWith(func(ir.Attrs) func(dst, x, y []T) { return f })
}

// lineKernelWith is lineKernel2 for a function that depends on the attributes. It calls Post
// for lines that are rows of the result as soon as some are finished.
func lineKernelWith[T ir.Float](of func(ir.Attrs) func(dst, x, y []T)) ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			f := of(v.Attrs)
			s := &lines[T]{g: lineOf(v.In[0].Type.Shape, v.Attrs.Int("axis")), operands: v.Def.Arity}
			size := s.g.outer * s.g.n * s.g.inner
			s.parts = max(1, min(s.g.outer*s.g.inner, size/linesPart))
			s.part = func(worker, p int) { s.run(f, worker, p) }
			s.cols = max(1, v.Type.Shape[len(v.Type.Shape)-1])
			s.post = func(worker, p int) {
				rows := size / s.cols
				s.c.Post(worker, p*rows/s.parts, (p+1)*rows/s.parts, 0, s.cols)
			}
			if s.g.inner == 1 {
				return s, 0
			}
			return s, (1 + s.operands) * s.g.n * max(1, workers)
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*lines[T])
			s.c, s.scratch = c, c.Scratch
			c.Pool.Run(s.parts, s.part)
			if c.Post != nil && s.g.inner > 1 {
				c.Pool.Run(s.parts, s.post)
			}
		},
	}
}

// linesPart is the number of elements of a part of lines, about.
const linesPart = 1 << 13

// postElems is the number of elements for which Post is called at a time, about.
const postElems = 1 << 10

func (s *lines[T]) run(f func(dst, x, y []T), worker, p int) {
	g := s.g
	count := g.outer * g.inner
	lo, hi := p*count/s.parts, (p+1)*count/s.parts
	first, last := s.c.In[0], s.c.In[s.operands-1]
	if g.inner == 1 {
		few := max(1, postElems/max(1, g.n))
		for ; lo < hi; lo += few {
			end := min(lo+few, hi)
			for i := lo; i < end; i++ {
				f(s.c.Out[i*g.n:(i+1)*g.n], first[i*g.n:(i+1)*g.n], last[i*g.n:(i+1)*g.n])
			}
			if s.c.Post != nil {
				s.c.Post(worker, lo*g.n/s.cols, end*g.n/s.cols, 0, s.cols) // a line is a row, or there are axes of extent 1 behind it
			}
		}
		return
	}
	wide := (1 + s.operands) * g.n
	buf := s.scratch[worker*wide : (worker+1)*wide]
	dst, x, y := buf[:g.n], buf[g.n:2*g.n], buf[wide-g.n:]
	for i := lo; i < hi; i++ {
		base := i/g.inner*g.n*g.inner + i%g.inner
		for k := range dst {
			x[k], y[k] = first[base+k*g.inner], last[base+k*g.inner]
		}
		f(dst, x, y)
		for k, v := range dst {
			s.c.Out[base+k*g.inner] = v
		}
	}
}

// costOfLines is some operations for each element.
func costOfLines(v *ir.Value) ir.Cost { return ir.Cost{Flops: 4 * int64(v.Type.Shape.Size())} }

// refLines is the slow formula of such a row, refLines2 of one of two operands.
func refLines(f func(dst, x []float64)) func(*ir.Call[float64]) {
	return refLines2(func(dst, x, _ []float64) { f(dst, x) })
}

func refLines2(f func(dst, x, y []float64)) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		g := lineOf(c.V.In[0].Type.Shape, c.V.Attrs.Int("axis"))
		dst, x, y := make([]float64, g.n), make([]float64, g.n), make([]float64, g.n)
		for i := range g.outer * g.inner {
			base := i/g.inner*g.n*g.inner + i%g.inner
			for k := range x {
				x[k], y[k] = c.In[0][base+k*g.inner], c.In[len(c.In)-1][base+k*g.inner]
			}
			f(dst, x, y)
			for k, v := range dst {
				c.Out[base+k*g.inner] = v
			}
		}
	}
}

// alongAxis applies a row along an axis of x[0]; a negative axis counts from the last. a
// holds the other attributes.
func (c *Ctx) alongAxis(e *Entry, axis int, a ir.Attrs, x ...*gorgonia.Node) *gorgonia.Node {
	t := c.Type(x[0])
	if c.Err != nil {
		return nil
	}
	k, err := t.Axis(axis)
	if err != nil {
		c.Fail(e.Name, "", x, shapef("%v", err))
		return nil
	}
	return c.Apply(e, a.With("axis", k), x...)
}

// axisSamples are the applications that such operators are sampled at.
func axisSamples() []Sample {
	return []Sample{
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 1)},
		{In: []ir.Shape{{3, 4}}, Attrs: ir.A("axis", 0)},
		{In: []ir.Shape{{5}}, Attrs: ir.A("axis", 0)},
		{In: []ir.Shape{{2, 3, 4}}, Attrs: ir.A("axis", 1)},
		{In: []ir.Shape{{70, 300}}, Attrs: ir.A("axis", 1)},
		{In: []ir.Shape{{3, 2, 1}}, Attrs: ir.A("axis", 1)},
		{In: []ir.Shape{{600, 16, 1, 1}}, Attrs: ir.A("axis", 1)},
	}
}

// refMax is the largest element, or NaN if an element is NaN.
func refMax(x []float64) float64 {
	m := math.Inf(-1)
	for _, v := range x {
		m = math.Max(m, v)
	}
	return m
}
