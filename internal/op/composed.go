package op

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file reads the operators of gorgonia's that no single row computes: each
// as a few rows. Those that keep a state between forward and backward, which are
// pools, dropout and normalisations, have none here: their derivatives compute
// anew what they need, and the compiler merges it with the forward part.

// StepInput is the name of the Int input by which random operators draw: the
// number of the run.
const StepInput = "symgrad/step"

// plainNode is a node of gorgonia's to read.
type plainNode struct {
	n   *gorgonia.Node
	f   fields
	in  []*gorgonia.Node
	out ir.Type
}

// composed are the readers by the operator's type. They return nil, or fail, for
// what they cannot read.
var composed map[string]func(c *Ctx, p plainNode) *gorgonia.Node

func init() {
	composed = map[string]func(c *Ctx, p plainNode) *gorgonia.Node{
		"Iop":                 func(c *Ctx, p plainNode) *gorgonia.Node { return p.in[0] },
		"atOp":                composeAt,
		"sliceIncrOp":         composeSliceIncr,
		"diagFlatOp":          func(c *Ctx, p plainNode) *gorgonia.Node { return c.Diag(c.flat(p.in[0])) },
		"byIndicesOp":         composeByIndices,
		"byIndicesOpDiffOp":   composeByIndicesDiff,
		"tensordotOp":         composeTensordot,
		"linAlgBinOp":         composeProduct,
		"elemUnaryOp":         composeLogSumExp,
		"softmaxDiffOp":       composeSoftmaxDiff,
		"sparsemaxOp":         composeSparsemax,
		"sparsemaxDiffOp":     composeSparsemaxDiff,
		"dropoutOp":           composeDropout,
		"dropoutDiffOp":       composeDropout,
		"maxPoolOp":           composePool,
		"maxPoolDiffOp":       composePool,
		"avgPoolOp":           composePool,
		"avgPoolDiffOp":       composePool,
		"globalAveragePoolOp": func(c *Ctx, p plainNode) *gorgonia.Node { return c.Mean(p.in[0], []int{2, 3}, true) },
		"upsampleOp":          composeUpsample,
		"upsampleDiffOp":      composeUpsampleDiff,
		"BatchNormOp":         composeBatchNorm,
		"batchnormDiffOp":     composeBatchNorm,
		"GroupNormOp":         composeGroupNorm,
		"groupNormDiffOp":     composeGroupNorm,
	}
}

// compose reads n as nodes that c makes, the last of which has n's value; nil if
// n is no such operator, or one that our rows cannot be.
func compose(c *Ctx, p plainNode) (y *gorgonia.Node) {
	f := composed[p.f.name()]
	if f == nil {
		return nil
	}
	k := c.fork()
	y = f(k, p)
	if y == nil || k.Err != nil || p.f.err() != nil {
		return nil
	}
	if _, ours := y.Op().(*Op); !ours || !k.Shape(y).Equal(p.out.Shape) {
		y = k.Apply(&Reshape, ir.A("shape", []int(p.out.Shape)), y)
	}
	return y
}

// flat is x as a vector.
func (c *Ctx) flat(x *gorgonia.Node) *gorgonia.Node { return c.Reshape(x, ir.Shape{c.Shape(x).Size()}) }

// composeAt is the element at the coordinates.
func composeAt(c *Ctx, p plainNode) *gorgonia.Node {
	var r []Range
	for _, i := range p.f.ints("coordinates") {
		r = append(r, Range{i, i + 1, 1})
	}
	return c.Slice(p.in[0], r)
}

// composeSliceIncr is the derivative of a slice.
func composeSliceIncr(c *Ctx, p plainNode) *gorgonia.Node {
	d, ok := decodeSlice(p.n, p.f, p.in[:1], c.Type(p.in[1]))
	if !ok {
		return nil
	}
	return SliceTo.VJP(c, Applied{&SliceTo, d.a, d.in, nil}, p.in[1])[0]
}

func composeByIndices(c *Ctx, p plainNode) *gorgonia.Node {
	return c.IndexSelect(p.in[0], c.flat(p.in[1]), p.f.int("axis"))
}

// composeByIndicesDiff puts the gradient, operand 1, back to the places that
// operand 2 lists.
func composeByIndicesDiff(c *Ctx, p plainNode) *gorgonia.Node {
	perm := make([]int, len(p.out.Shape))
	for i := range perm {
		perm[i] = i
	}
	k := p.f.int("axis")
	perm[0], perm[k] = k, 0
	d := c.Transpose(p.in[1], perm)
	return c.Transpose(c.Apply(&PutAdd, ir.A("rows", p.out.Shape[k]), d, c.flat(p.in[2])), perm)
}

// composeTensordot moves the axes that are summed over to where a product of
// matrices has them.
func composeTensordot(c *Ctx, p plainNode) *gorgonia.Node {
	var sides [2]*gorgonia.Node
	for i, key := range []string{"aAxes", "bAxes"} {
		s, summed := c.Shape(p.in[i]), p.f.ints(key)
		isSummed := map[int]bool{}
		for _, a := range summed {
			isSummed[a] = true
		}
		var free []int
		rows := 1
		for a, n := range s {
			if !isSummed[a] {
				free = append(free, a)
				rows *= n
			}
		}
		perm, shape := append(free, summed...), ir.Shape{rows, s.Size() / max(1, rows)}
		if i == 1 {
			perm, shape = append(summed, free...), ir.Shape{shape[1], rows}
		}
		sides[i] = c.Reshape(c.Transpose(p.in[i], perm), shape)
	}
	return c.Reshape(c.MatMul(sides[0], sides[1]), p.out.Shape)
}

// ValueShape is the shape of the value that gorgonia's own machines leave on n: n's,
// but for a tensor contraction over all axes, whose value is a vector of one number.
func ValueShape(n *gorgonia.Node) ir.Shape {
	t, err := TypeOf(n)
	if err == nil && len(t.Shape) == 0 && n.Op() != nil && fieldsOf(n.Op()).name() == "tensordotOp" {
		return ir.Shape{1}
	}
	return t.Shape
}

// composeProduct reads products of vectors that are stored as matrices of one
// row or column.
func composeProduct(c *Ctx, p plainNode) *gorgonia.Node {
	x, y := p.in[0], p.in[1]
	sx, sy := c.Shape(x), c.Shape(y)
	switch kind := p.f.uint("āBinaryOperator"); {
	case kind == dotProduct && (len(sx) > 1 || len(sy) > 1):
		return c.Sum(c.Mul(c.flat(x), c.flat(y)), nil, false)
	case kind == outerProduct && (len(sx) > 1 || len(sy) > 1):
		return c.Outer(c.flat(x), c.flat(y))
	case kind == matVecProduct && len(sx) == 2 && len(sy) == 2:
		return c.Apply(&MatVec, ir.A("transA", p.f.bool("transA")), x, c.flat(y))
	}
	return nil
}

// summedExp is the operand of a logarithm that gorgonia.LogSumExp built, and the
// axes: that adds the maximum before the logarithm, not after it.
func summedExp(n *gorgonia.Node) (x *gorgonia.Node, axes []int, ok bool) {
	is := func(n *gorgonia.Node, key Key) ([]*gorgonia.Node, bool) {
		if n.Op() == nil {
			return nil, false
		}
		f := fieldsOf(n.Op())
		name := Key(f.name())
		if name == "elemUnaryOp" || name == "elemBinOp" {
			var word string
			_, _ = fmt.Sscan(n.Op().String(), &word)
			name += " " + Key(word)
		}
		return childrenOf(n), name == key
	}
	sum, ok := is(n, "elemUnaryOp ln")
	if !ok {
		return nil, nil, false
	}
	terms, ok := is(sum[0], "elemBinOp +")
	if !ok {
		return nil, nil, false
	}
	exp, isSum := is(terms[0], "sumOp")
	of, isMax := is(terms[1], "maxOp")
	if !isSum || !isMax {
		return nil, nil, false
	}
	diff, isExp := is(exp[0], "elemUnaryOp exp")
	if !isExp {
		return nil, nil, false
	}
	pair, isSub := is(diff[0], "elemBinOp -")
	most := fieldsOf(terms[1].Op())
	axes = most.ints("along")
	return of[0], axes, isSub && pair[0] == of[0] && pair[1] == terms[1] && most.err() == nil
}

func composeLogSumExp(c *Ctx, p plainNode) *gorgonia.Node {
	x, axes, ok := summedExp(p.n)
	if !ok {
		return nil
	}
	return c.LogSumExp(x, axes, false)
}

// composeSoftmaxDiff is the derivative of a softmax of the operands x, result and
// gradient.
func composeSoftmaxDiff(c *Ctx, p plainNode) *gorgonia.Node {
	e := &Softmax
	if p.f.bool("isLog") {
		e = &LogSoftmax
	}
	axis, err := c.Type(p.in[0]).Axis(p.f.int("axis"))
	if err != nil {
		return nil
	}
	return e.VJP(c, Applied{e, ir.A("axis", axis), p.in[:1], p.in[1]}, p.in[2])[0]
}

// composeSparsemax is max(x − τ, 0) with the τ for which the sum along the axis
// is 1 (Martins and Astudillo 2016, algorithm 1).
func composeSparsemax(c *Ctx, p plainNode) *gorgonia.Node {
	x := p.in[0]
	axis, err := c.Type(x).Axis(p.f.int("axis"))
	if err != nil {
		return nil
	}
	z := c.Sort(x, axis, true)
	k := c.CumSum(c.Fill(z, 1), axis)
	in := c.Gt(c.AddConst(c.Mul(k, z), 1), c.CumSum(z, axis))
	axes := []int{axis}
	tau := c.Div(c.AddConst(c.Sum(c.Mul(in, z), axes, true), -1), c.Sum(in, axes, true))
	return c.Relu(c.Sub(x, tau))
}

// composeSparsemaxDiff is the derivative for the operands result and gradient.
// The axis is that of the operator of the result.
func composeSparsemaxDiff(c *Ctx, p plainNode) *gorgonia.Node {
	if !isOp(p.in[0], "sparsemaxOp") {
		return nil
	}
	of := p.f.of(p.in[0].Op())
	axis, err := c.Type(p.in[0]).Axis(of.int("axis"))
	if err != nil {
		return nil
	}
	in := c.GtConst(p.in[0], 0)
	d, axes := c.Mul(in, p.in[1]), []int{axis}
	return c.Mul(in, c.Sub(d, c.Div(c.Sum(d, axes, true), c.Sum(in, axes, true))))
}

// composeDropout is the operand, or the gradient, times the mask that the
// dropout node's ID stands for.
func composeDropout(c *Ctx, p plainNode) *gorgonia.Node {
	x, id := p.in[0], p.n.ID()
	if len(p.in) == 3 { // x, the result and its gradient
		x, id = p.in[2], p.in[1].ID()
	}
	drop := p.f.float("probability")
	switch {
	case drop <= 0 || !p.f.bool("isTraining"):
		return x
	case drop >= 1:
		return c.Fill(x, 0)
	}
	step := c.Leaf(ir.Type{DType: ir.Int, Shape: ir.Shape{}}, StepInput)
	return c.Mul(x, c.DropMask(x, step, 1-drop, 0, int(id)))
}
