package onnxin

import (
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
)

// productRules are those of products of matrices and vectors.
var productRules = map[string]rule{
	"MatMul": {least: 2, most: 2, make: func(c *call) []Value {
		c.alike(0, 1)
		return c.floats(c.MatMul(c.float(0), c.float(1)))
	}},
	"Gemm":   {least: 2, most: 3, make: gemm},
	"Einsum": {least: 1, most: -1, make: einsum},
	"Det":    unary(func(b *graph.Builder, x node) node { return linalg.Det(b, x) }),
}

// gemm is α·A·B + β·C, with A and B transposed if attributes say so.
func gemm(c *call) []Value {
	x, y := c.float(0), c.float(1)
	if c.boolAttr("transA", false) {
		x = c.Transpose(x)
	}
	if c.boolAttr("transB", false) {
		y = c.Transpose(y)
	}
	if c.version < 7 {
		c.ignore("broadcast") // C broadcasts in any case
	}
	z := c.MatMul(x, y)
	if alpha := c.floatAttr("alpha", 1); alpha != 1 {
		z = c.Scale(z, alpha)
	}
	beta := c.floatAttr("beta", 1)
	if !c.has(2) {
		return c.floats(z)
	}
	bias := c.float(2)
	if beta != 1 {
		bias = c.Scale(bias, beta)
	}
	return c.floats(c.Add(z, bias))
}

func einsum(c *call) []Value {
	var xs []node
	for i := range c.in {
		xs = append(xs, c.float(i))
	}
	return c.floats(c.Einsum(strings.ReplaceAll(c.textAttr("equation", ""), " ", ""), xs...))
}
