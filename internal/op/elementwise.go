package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the rows of elementwise operators have in common.

// sameShape is the shape rule of an elementwise operator: float operands of one
// type, which is the result's.
func sameShape(in []ir.Type, _ ir.Attrs) (ir.Type, error) {
	for i, t := range in {
		if !t.DType.IsFloat() {
			return ir.Type{}, dtypef("operand %d: got %v, want floats", i, t)
		}
		if !t.Shape.Equal(in[0].Shape) {
			return ir.Type{}, shapef("got %v and %v, want equal shapes", in[0].Shape, t.Shape)
		}
	}
	return in[0], nil
}

// elem1, elem2 and elem3 make the body of an operator from a loop over slices.
func elem1[T ir.Float](f func(dst, x []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) { f(dst, in[0]) }
}

func elem2[T ir.Float](f func(dst, x, y []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) { f(dst, in[0], in[1]) }
}

func elem3[T ir.Float](f func(dst, x, y, z []T)) ir.Elem[T] {
	return func(dst []T, in [][]T, _ []T) { f(dst, in[0], in[1], in[2]) }
}

// elemS is the body of an operator with one constant, the attribute by.
func elemS[T ir.Float](f func(dst, x []T, s T)) ir.Elem[T] {
	return func(dst []T, in [][]T, k []T) { f(dst, in[0], k[0]) }
}

// by is the Consts of an operator with the one float attribute "by".
func by(a ir.Attrs) []float64 { return []float64{a.Float("by")} }

// ref1, ref2 and ref3 make the slow formula of a row from that of one element.
func ref1(f func(x float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		for i, x := range c.In[0] {
			c.Out[i] = f(x)
		}
	}
}

func ref2(f func(x, y float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		for i, x := range c.In[0] {
			c.Out[i] = f(x, c.In[1][i])
		}
	}
}

func ref3(f func(x, y, z float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		for i, x := range c.In[0] {
			c.Out[i] = f(x, c.In[1][i], c.In[2][i])
		}
	}
}

// refBy is ref1 for an operator with the attribute by.
func refBy(f func(x, s float64) float64) func(*ir.Call[float64]) {
	return func(c *ir.Call[float64]) {
		s := c.V.Attrs.Float("by")
		for i, x := range c.In[0] {
			c.Out[i] = f(x, s)
		}
	}
}

// vjp1 is the rule of a unary operator y = f(x): the gradient of x from x, y
// and the gradient d of y.
func vjp1(f func(c *Ctx, x, y, d *gorgonia.Node) *gorgonia.Node) func(*Ctx, Applied, *gorgonia.Node) []*gorgonia.Node {
	return func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
		return []*gorgonia.Node{f(c, n.In[0], n.Out, d)}
	}
}

// vjp2 is the rule of a binary operator: the gradients of both operands.
func vjp2(f func(c *Ctx, x, y, d *gorgonia.Node) (dx, dy *gorgonia.Node)) func(*Ctx, Applied, *gorgonia.Node) []*gorgonia.Node {
	return func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
		dx, dy := f(c, n.In[0], n.In[1], d)
		return []*gorgonia.Node{dx, dy}
	}
}

// noGrad is the rule of an operator whose derivative is 0 almost everywhere:
// comparisons, floor, sign.
func noGrad(_ *Ctx, n Applied, _ *gorgonia.Node) []*gorgonia.Node {
	return make([]*gorgonia.Node, len(n.In))
}

// shapes makes one sample for each shape, with n operands of it.
func shapes(n int, list ...ir.Shape) []Sample {
	out := make([]Sample, len(list))
	for i, s := range list {
		for range n {
			out[i].In = append(out[i].In, s)
		}
	}
	return out
}

// plain are the shapes that elementwise operators are sampled at.
var plain = []ir.Shape{{3, 4}, {7}, {}, {2, 1, 65}}

// within draws the operands of the samples from [lo, hi).
func within(lo, hi float64, s []Sample) []Sample {
	for i := range s {
		s[i].Lo, s[i].Hi = lo, hi
	}
	return s
}

// kinked marks the samples of a function whose derivative jumps.
func kinked(s []Sample) []Sample {
	for i := range s {
		s[i].Kinked = true
	}
	return s
}

// stopped marks the samples of a function that counts as a constant.
func stopped(s []Sample) []Sample {
	for i := range s {
		s[i].Stopped = true
	}
	return s
}

// broadcast2 broadcasts two operands of the row e to their common shape.
func (c *Ctx) broadcast2(e *Entry, x, y *gorgonia.Node) (*gorgonia.Node, *gorgonia.Node) {
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil || sx.Equal(sy) {
		return x, y
	}
	s, err := BroadcastShape(sx, sy)
	if err != nil {
		c.Fail(e.Name, "", []*gorgonia.Node{x, y}, err)
		return nil, nil
	}
	x, y = c.Broadcast(x, s), c.Broadcast(y, s)
	return x, y
}

// elementwise2 applies a binary operator with broadcasting.
func (c *Ctx) elementwise2(e *Entry, x, y *gorgonia.Node) *gorgonia.Node {
	if c.Err == nil && x != nil && y != nil {
		x, y = c.broadcast2(e, x, y)
	}
	return c.Apply(e, nil, x, y)
}

// withAttrs gives the samples attributes.
func withAttrs(a ir.Attrs, s []Sample) []Sample {
	for i := range s {
		s[i].Attrs = a
	}
	return s
}

// truth is 1 for true and 0 for false.
func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Weights of functions that take many instructions.
const (
	weightFast = 12  // a short SIMD loop
	weightLong = 40  // a long SIMD loop
	weightSlow = 400 // no SIMD loop
)
