package foreign

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// shapes are the operators that move elements, and what goes with them.
var shapes = []row{
	{name: "reshapeOp", operands: 1, read: func(_ *op.Ctx, n node) op.Applied {
		return n.apply(&op.Reshape, ir.A("shape", []int(n.out.Shape)))
	}},
	{name: "transposeOp", operands: 1, read: func(_ *op.Ctx, n node) op.Applied {
		return n.apply(&op.Transpose, ir.A("perm", n.ints("pattern")))
	}},
	{name: "concatOp", operands: 1, read: func(_ *op.Ctx, n node) op.Applied {
		return n.apply(&op.Concat, ir.A("axis", n.int("axis")))
	}},
	{name: "sizeOp", operands: 1, read: readSize},
	{name: "repeatOp", operands: 1, read: readRepeat},
	{name: "sliceOp", operands: 1, read: readSlice, settings: bounds, doubts: []doubt{
		{WrongValue, "gorgonia drops the last element of a slice with a step", func(n node) bool {
			s := cut(n)
			return s != nil && s.Step() > 1
		}},
		{MayBeMerged, "slices whose bounds are equal modulo 256 are one node", func(n node) bool {
			if cut(n) == nil {
				return false
			}
			axis, s := n.int("along"), n.shape(0)
			return axis < len(s) && s[axis] > 256
		}},
	}},
	{name: "sliceIncrOp", operands: 2, read: composed(sliceGrad), settings: bounds},
	{name: "atOp", operands: 1, read: composed(at)},
	{name: "diagFlatOp", operands: 1, read: composed(func(c *op.Ctx, n node) *gorgonia.Node { return c.Diag(flat(c, n.in[0])) })},
	{name: "byIndicesOp", operands: 2, doubts: []doubt{
		{WrongGradient, "gorgonia's rule for indices along another axis than 0 is wrong", func(n node) bool { return n.int("axis") > 0 }},
	}, read: composed(func(c *op.Ctx, n node) *gorgonia.Node {
		return c.IndexSelect(n.in[0], flat(c, n.in[1]), n.int("axis"))
	})},
	{name: "byIndicesOpDiffOp", operands: 3, read: composed(byIndicesGrad)},
}

func readSize(_ *op.Ctx, n node) op.Applied {
	if n.int("val") <= 0 {
		return op.Applied{}
	}
	return n.apply(&op.SizeOf, ir.A("by", float64(n.int("val"))))
}

// readRepeat reads what broadcasting makes, a repetition of a scalar or along an
// axis of extent 1, and any other repetition along one axis. The operands after
// the first are the counts, which are in the node's shape.
func readRepeat(c *op.Ctx, n node) op.Applied {
	x, to := c.Type(n.in[0]), n.out.Shape
	n.in = n.in[:1]
	along := n.int("along")
	inside := along >= 0 && along < len(x.Shape)
	shape := ir.A("shape", []int(to))
	_, err := op.Broadcast.Infer([]ir.Type{x}, shape)
	switch {
	case c.Err != nil:
		return op.Applied{}
	case err == nil && x.Shape.Size() != to.Size() && (len(x.Shape) == 0 || inside && len(x.Shape) == len(to) && x.Shape[along] == 1):
		return n.apply(&op.Broadcast, shape)
	case len(x.Shape) != len(to) || !inside || x.Shape[along] == 0:
		return op.Applied{}
	}
	return n.apply(&op.Repeat, ir.A("axis", along, "count", to[along]/x.Shape[along]))
}

// cut is the slice that n takes of one axis, nil for the whole axis.
func cut(n node) tensor.Slice {
	s, ok := n.node.Op().(interface{ IsSlice() tensor.Slice })
	if !ok {
		n.fail("gorgonia's %s does not say what it takes", typeName(n.node.Op()))
		return nil
	}
	return s.IsSlice()
}

// bounds are the settings of a slice.
func bounds(n node) []func() int {
	read := func(f func(tensor.Slice) int) func() int {
		return func() int {
			if s := cut(n); s != nil {
				return f(s)
			}
			return -1
		}
	}
	return []func() int{read(tensor.Slice.Start), read(tensor.Slice.End), read(tensor.Slice.Step)}
}

func readSlice(c *op.Ctx, n node) op.Applied {
	a, ok := sliceOf(n, c.Type(n.in[0]).Shape, n.out.Shape)
	if !ok {
		return op.Applied{}
	}
	return n.apply(&op.SliceTo, a)
}

// sliceOf are the attributes of the slice that n takes of one axis of a tensor of
// the shape x. Gorgonia drops the axis if one element of it is left. Of a step it
// keeps whole ones only.
func sliceOf(n node, x, to ir.Shape) (a ir.Attrs, ok bool) {
	axis := n.int("along")
	if axis < 0 || axis >= len(x) {
		return nil, false
	}
	start, steps, counts := make([]int, len(x)), slices.Repeat([]int{1}, len(x)), slices.Clone([]int(x))
	if s := cut(n); s != nil && s.End() > s.Start() { // an empty slice is the whole axis too
		step := max(1, s.Step())
		start[axis], steps[axis], counts[axis] = s.Start(), step, (min(s.End(), x[axis])-s.Start())/step
	}
	return ir.A("start", start, "count", counts, "step", steps, "to", []int(to)), ir.Shape(counts).Size() == to.Size()
}

// sliceGrad is the derivative of a slice: of the operands x and gradient.
func sliceGrad(c *op.Ctx, n node) *gorgonia.Node {
	x, d := n.in[0], n.in[1]
	a, ok := sliceOf(n, c.Shape(x), c.Shape(d))
	if !ok {
		return nil
	}
	return back(c, &op.SliceTo, a, x, nil, d)
}

// at is the element at the coordinates.
func at(c *op.Ctx, n node) *gorgonia.Node {
	var r []op.Range
	for _, i := range n.ints("coordinates") {
		r = append(r, op.Range{Start: i, Stop: i + 1, Step: 1})
	}
	return c.Slice(n.in[0], r)
}

// byIndicesGrad adds the gradient, operand 1, to where operand 2 lists.
func byIndicesGrad(c *op.Ctx, n node) *gorgonia.Node {
	axis := n.int("axis")
	return c.IndexPut(n.in[1], flat(c, n.in[2]), axis, n.out.Shape[axis])
}
