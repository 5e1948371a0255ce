package op

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the operators that fold axes share. Their attributes are axes,
// which are sorted and not repeated, and keep, which keeps folded axes with extent 1.

func inferReduce(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	t := in[0]
	if !t.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v, want floats", t)
	}
	axes := a.Ints("axes")
	for i, x := range axes {
		if x < 0 || x >= len(t.Shape) || i > 0 && x <= axes[i-1] {
			return ir.Type{}, shapef("got the axes %v for %v, want different ones, each less than %d", axes, t.Shape, len(t.Shape))
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

// inferReduceSome is inferReduce for a fold that has no value if there are no elements.
func inferReduceSome(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	if in[0].Shape.Size() == 0 {
		return ir.Type{}, shapef("got %v, want at least one element", in[0].Shape)
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
		c.Fail(e.Name, "", []*gorgonia.Node{x}, err)
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
			return nil, shapef("got the axes %v, want different ones: axis %d is there twice", axes, a)
		}
		out = append(out, a)
	}
	slices.Sort(out)
	return out, nil
}

// unreduce broadcasts y, of the shape of the fold n, to the shape of n's operand.
func (c *Ctx) unreduce(n Applied, y *gorgonia.Node) *gorgonia.Node {
	return c.Broadcast(c.keepAxes(n, y), c.Shape(n.In[0]))
}

// keepAxes reshapes y, of the shape of the fold n, to have the folded axes with
// extent 1.
func (c *Ctx) keepAxes(n Applied, y *gorgonia.Node) *gorgonia.Node {
	kept := c.Shape(n.In[0]).Clone()
	for _, a := range n.Attrs.Ints("axes") {
		if a < len(kept) {
			kept[a] = 1
		}
	}
	return c.Reshape(y, kept)
}

// shareTies is the gradient of the fold n for a maximum or minimum: elements of the
// operand that are equal to the result get equal shares of d, the others 0.
func (c *Ctx) shareTies(n Applied, d *gorgonia.Node) *gorgonia.Node {
	tie := c.Eq(n.In[0], c.keepAxes(n, n.Out))
	share := c.Div(c.keepAxes(n, d), c.Sum(tie, n.Attrs.Ints("axes"), true))
	return c.Mul(tie, share)
}

// refReduce is the slow formula of a fold: one element after the other. If zero is NaN,
// it starts from the first element.
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
