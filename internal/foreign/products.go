package foreign

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// products are the operators that multiply and sum.
var products = []row{
	{name: "linAlgBinOp", operands: 2, read: readProduct, doubts: []doubt{
		{WrongGradient, "gorgonia's rule for the outer product is wrong", func(n node) bool {
			// In a gradient it does no harm unless that is differentiated again.
			return n.int("āBinaryOperator") == outerProduct && !(IsTerm(n.node) && n.node.Deriv() == nil)
		}},
	}},
	{name: "tensordotOp", operands: 2, read: composed(tensordot)},
}

// The products of linAlgBinOp by their number.
const (
	matMulProduct = iota
	matVecProduct
	dotProduct
	outerProduct
	batchedProduct
)

// readProduct reads a product. Gorgonia may have vectors as matrices of one row or
// column.
func readProduct(c *op.Ctx, n node) op.Applied {
	x, y := n.in[0], n.in[1]
	rx, ry := len(c.Shape(x)), len(c.Shape(y))
	transA, transB := n.bool("transA"), n.bool("transB")
	switch kind := n.int("āBinaryOperator"); {
	case c.Err != nil:
	case (kind == matMulProduct || kind == batchedProduct) && rx >= 2 && rx == ry:
		return n.apply(&op.MatMul, ir.A("transA", transA, "transB", transB))
	case kind == matVecProduct && rx == 2 && ry == 1:
		return n.apply(&op.MatVec, ir.A("transA", transA))
	case kind == matVecProduct && rx == 2 && ry == 2:
		return n.made(c, c.Apply(&op.MatVec, ir.A("transA", transA), x, flat(c, y)))
	case kind == dotProduct && rx == 1 && ry == 1:
		return n.apply(&op.Dot, nil)
	case kind == dotProduct:
		return n.made(c, c.Sum(c.Mul(flat(c, x), flat(c, y)), nil, false))
	case kind == outerProduct && rx == 1 && ry == 1:
		return n.apply(&op.OuterProduct, nil)
	case kind == outerProduct:
		return n.made(c, c.Outer(flat(c, x), flat(c, y)))
	}
	return op.Applied{}
}

// flat is x as a vector.
func flat(c *op.Ctx, x *gorgonia.Node) *gorgonia.Node {
	return c.Reshape(x, ir.Shape{c.Shape(x).Size()})
}

// tensordot brings the axes that are summed to the end of the first operand and
// to the front of the second, and multiplies the two as matrices.
func tensordot(c *op.Ctx, n node) *gorgonia.Node {
	var sides [2]*gorgonia.Node
	for i, key := range []string{"aAxes", "bAxes"} {
		s, summed := c.Shape(n.in[i]), n.ints(key)
		var free []int
		rows := 1
		for a, extent := range s {
			if !slices.Contains(summed, a) {
				free = append(free, a)
				rows *= extent
			}
		}
		perm, shape := append(free, summed...), ir.Shape{rows, s.Size() / max(1, rows)}
		if i == 1 {
			perm, shape = append(summed, free...), ir.Shape{shape[1], rows}
		}
		sides[i] = c.Reshape(c.Transpose(n.in[i], perm), shape)
	}
	return c.Reshape(c.MatMul(sides[0], sides[1]), n.out.Shape)
}

// ValueShape is the shape of the value that gorgonia's own machines leave on n. It
// is that of n, except for a tensor contraction over all axes: its value is a vector
// of one number.
func ValueShape(n *gorgonia.Node) ir.Shape {
	t, err := op.TypeOf(n)
	if err == nil && len(t.Shape) == 0 && isOp(n, "tensordotOp") {
		return ir.Shape{1}
	}
	return t.Shape
}
