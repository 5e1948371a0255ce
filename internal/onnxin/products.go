package onnxin

import "gorgonia.org/gorgonia"

// productRules are those of products of matrices and vectors.
var productRules = map[string]rule{
	"MatMul": {least: 2, most: 2, make: func(c *call) []Value {
		return c.floats(c.product(c.float(0), c.float(1)))
	}},
	"Gemm": {least: 2, most: 3, make: gemm},
}

// product returns the product of matrices, which may be vectors or stand in a batch.
func (c *call) product(x, y *gorgonia.Node) *gorgonia.Node { return c.MatMul(x, y) }

// gemm is α·A·B + β·C, with A and B transposed if attributes say so.
func gemm(c *call) []Value {
	x, y := c.float(0), c.float(1)
	if c.boolAttr("transA", false) {
		x = c.Transpose(x)
	}
	if c.boolAttr("transB", false) {
		y = c.Transpose(y)
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
