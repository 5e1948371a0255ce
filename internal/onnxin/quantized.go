package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// quantizedRules are those of numbers that 8- or 16-bit integers stand for: (x - zero point)·scale.
// They are computed with floats, which hold the integers and their sums exactly, or are refused.
var quantizedRules = map[string]rule{
	"QuantizeLinear":        {least: 2, most: 3, make: quantize},
	"DequantizeLinear":      {least: 2, most: 3, make: dequantize},
	"DynamicQuantizeLinear": {least: 1, most: 1, make: quantizeByRange},
	"MatMulInteger":         {least: 2, most: 4, make: matMulInteger},
	"ConvInteger":           {least: 2, most: 4, make: convInteger},
	"QLinearMatMul":         {least: 8, most: 8, make: quantizedMatMul},
	"QLinearConv":           {least: 8, most: 9, make: quantizedConv},
}

// ends are the least and the largest number of a type.
func (c *call) ends(kind onnxfile.Kind) (low, high float64) {
	n := narrow[kind]
	if n == 0 {
		c.refuse("got quantized %v, want integers of 8 or 16 bits", kind)
	}
	if isUnsigned(kind) {
		return 0, math.Ldexp(1, int(n)) - 1
	}
	return -math.Ldexp(1, int(n)-1), math.Ldexp(1, int(n)-1) - 1
}

// alongAxis returns operand i so that it broadcasts to operand 0: a scalar, a vector along an axis,
// or an array with an element for each block of the axis.
func (c *call) alongAxis(i int) node {
	s, t := c.dims(0), c.dims(i)
	if size(t) == 1 {
		return c.Reshape(c.float(i))
	}
	axis, block := c.axis(c.intAttr("axis", 1), len(s)), c.intAttr("block_size", 0)
	if block == 0 {
		if len(t) != 1 || t[0] != s[axis] {
			c.malformed("operand %d: got the shape %v for axis %d of %v, want one element for each", i, t, axis, s)
		}
		shape := slices.Repeat([]int{1}, len(s))
		shape[axis] = t[0]
		return c.Reshape(c.float(i), shape...)
	}
	if block < 0 || len(t) != len(s) || t[axis] != (s[axis]+block-1)/block {
		c.malformed("operand %d: got the shape %v for blocks of %d of %v, want one element for each", i, t, block, s)
	}
	return c.Slice(c.Repeat(c.float(i), axis, block), spans(axis, graph.Range(0, s[axis]))...)
}

// quantized returns round(x/scale) + zero, limited to the type.
func (c *call) quantized(x, scale, zero node, kind onnxfile.Kind) []Value {
	low, high := c.ends(kind)
	return c.typed(kind, c.Clamp(c.Add(c.Round(c.Div(x, scale)), zero), low, high))
}

func quantize(c *call) []Value {
	kind, zero := onnxfile.Kind(c.intAttr("output_dtype", 0)), c.Scalar(0)
	c.ignore("saturate", "precision", "axis", "block_size")
	switch {
	case c.has(2):
		kind, zero = c.kind(2), c.alongAxis(2)
	case kind == 0:
		kind = onnxfile.Uint8
	}
	return c.quantized(c.float(0), c.alongAxis(1), zero, kind)
}

func dequantize(c *call) []Value {
	x, scale := c.float(0), c.alongAxis(1)
	kind := onnxfile.Kind(c.intAttr("output_dtype", int(c.kind(1))))
	c.ignore("axis", "block_size")
	if c.has(2) {
		x = c.Sub(x, c.alongAxis(2))
	}
	return c.typed(kind, c.Mul(x, scale))
}

// quantizeByRange chooses the scale by the largest and the smallest element.
func quantizeByRange(c *call) []Value {
	x := c.float(0)
	low, high := c.Minimum(c.Min(x), c.Scalar(0)), c.Maximum(c.Max(x), c.Scalar(0))
	scale := c.Scale(c.Sub(high, low), 1.0/255)
	safe := c.Where(c.Equal(scale, c.Scalar(0)), c.Scalar(1), scale)
	zero := c.Clamp(c.Round(c.Neg(c.Div(low, safe))), 0, 255)
	y := c.quantized(x, safe, zero, onnxfile.Uint8)
	return append(y, append(c.typed(onnxfile.Float, scale), c.typed(onnxfile.Uint8, zero)...)...)
}

// exactSums ends the rule unless floats hold sums of n products exactly.
func (c *call) exactSums(n int) {
	if c.isNarrow() && n > 1<<8 {
		c.refuse("got sums of %d products of integers that are computed in float32, which holds those of 256", n)
	}
}

// less returns operand i without the zero point that operand k is, along an axis of its own.
func (c *call) less(i, k int, rows bool) node {
	x := c.float(i)
	if !c.has(k) {
		return x
	}
	zero, rank := c.float(k), len(c.dims(i))
	switch n := size(c.dims(k)); {
	case n == 1:
		zero = c.Reshape(zero)
	case rows && len(c.dims(k)) == 1: // one for each row
		zero = c.Reshape(zero, n, 1)
	case !rows && len(c.dims(k)) == 1 && rank > 2: // one for each channel of weights
		zero = c.Reshape(zero, append([]int{n}, slices.Repeat([]int{1}, rank-1)...)...)
	}
	return c.Sub(x, zero)
}

func matMulInteger(c *call) []Value {
	s := c.dims(0)
	c.exactSums(s[len(s)-1])
	return c.typed(onnxfile.Int32, c.MatMul(c.less(0, 2, true), c.matrixLess(1, 3)))
}

// matrixLess is less of the right factor of a product, whose zero points belong to columns.
func (c *call) matrixLess(i, k int) node {
	if !c.has(k) {
		return c.float(i)
	}
	return c.Sub(c.float(i), c.float(k))
}

func convInteger(c *call) []Value {
	x, w := c.less(0, 2, false), c.less(1, 3, false)
	c.exactSums(size(c.dims(1)[1:]))
	o := c.windows(c.weights())
	o.Groups = c.groups()
	return c.typed(onnxfile.Int32, nn.Convolve(c.Builder, x, w, o.Windowing))
}

// quantizedMatMul has the operands a, its scale and zero point, b, its, and those of the result.
func quantizedMatMul(c *call) []Value {
	rows := func(i int) node { // one for each row, or one
		if n := size(c.dims(i)); len(c.dims(i)) == 1 && n > 1 {
			return c.Reshape(c.float(i), n, 1)
		}
		return c.float(i)
	}
	s := c.dims(0)
	c.exactSums(s[len(s)-1])
	product := c.MatMul(c.Sub(c.float(0), rows(2)), c.Sub(c.float(3), c.float(5)))
	return c.quantized(c.Mul(c.Mul(product, rows(1)), c.float(4)), c.float(6), c.float(7), c.kind(7))
}

// quantizedConv has the operands x, its scale and zero point, w, its, those of the result, and a bias.
func quantizedConv(c *call) []Value {
	s, t := c.dims(0), c.dims(3)
	if len(t) != len(s) {
		c.malformed("got weights %v for the images %v, want as many axes", t, s)
	}
	c.exactSums(size(t[1:]))
	channels := func(i int, first bool) node {
		v, n := c.float(i), size(c.dims(i))
		if n == 1 {
			return c.Reshape(v)
		}
		shape := slices.Repeat([]int{1}, len(s))
		if shape[1] = n; first {
			shape[0], shape[1] = n, 1
		}
		return c.Reshape(v, shape...)
	}
	c.spatial()
	o := c.windows(t[2:])
	o.Groups = c.groups()
	y := nn.Convolve(c.Builder, c.Sub(c.float(0), channels(2, false)), c.Sub(c.float(3), channels(5, true)), o.Windowing)
	if c.has(8) {
		y = c.Add(y, channels(8, false))
	}
	y = c.Mul(c.Mul(y, channels(1, false)), channels(4, false))
	return c.quantized(y, c.Reshape(c.float(6)), c.Reshape(c.float(7)), c.kind(7))
}
