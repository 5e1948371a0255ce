package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
)

// activationRules are those of activations.
var activationRules = map[string]rule{
	"Relu":     unary((*graph.Builder).ReLU),
	"Sigmoid":  unary((*graph.Builder).Sigmoid),
	"Softplus": unary((*graph.Builder).Softplus),
	"Softsign": unary(nn.Softsign),
	"Mish":     unary(nn.Mish),

	"HardSwish":       unary(nn.HardSwish),
	"LeakyRelu":       scaled("alpha", 0.01, (*graph.Builder).LeakyReLU),
	"Elu":             scaled("alpha", 1, (*graph.Builder).ELU),
	"Celu":            scaled("alpha", 1, nn.CELU),
	"ThresholdedRelu": scaled("alpha", 1, thresholded),
	"Swish":           scaled("alpha", 1, func(b *graph.Builder, x node, by float64) node { return b.Mul(x, b.Sigmoid(b.Scale(x, by))) }),

	"Selu":        {least: 1, most: 1, make: selu},
	"HardSigmoid": {least: 1, most: 1, make: hardSigmoid},
	"Shrink":      {least: 1, most: 1, make: shrink},
	"Gelu":        {least: 1, most: 1, make: gelu},
	"PRelu":       {least: 2, most: 2, make: prelu},
	"Clip":        {least: 1, most: 3, settings: []int{1, 2}, make: clamp},
}

func thresholded(b *graph.Builder, x node, above float64) node { return nn.Threshold(b, x, above, 0) }

func selu(c *call) []Value {
	alpha := c.floatAttr("alpha", 1.67326319217681884765625)
	return c.floats(c.Scale(c.ELU(c.float(0), alpha), c.floatAttr("gamma", 1.05070102214813232421875)))
}

func hardSigmoid(c *call) []Value {
	alpha, beta := c.floatAttr("alpha", 0.2), c.floatAttr("beta", 0.5)
	return c.floats(c.Clamp(c.AddConst(c.Scale(c.float(0), alpha), beta), 0, 1))
}

// shrink moves elements beyond ±lambd towards 0 by the bias; others are 0.
func shrink(c *call) []Value {
	x, bias, width := c.float(0), c.floatAttr("bias", 0), c.floatAttr("lambd", 0.5)
	zero := c.Scalar(0)
	y := c.Where(c.Greater(x, c.Scalar(width)), c.AddConst(x, -bias), zero)
	return c.whole(c.Where(c.Less(x, c.Scalar(-width)), c.AddConst(x, bias), y))
}

func gelu(c *call) []Value {
	switch by := c.textAttr("approximate", "none"); by {
	case "none":
		return c.floats(c.GELU(c.float(0)))
	case "tanh":
		return c.floats(c.GELUTanh(c.float(0)))
	default:
		c.refuse("got approximate = %q, want none or tanh", by)
	}
	return nil
}

// prelu has slopes that broadcast to x. Before version 7 a vector had one for each channel.
func prelu(c *call) []Value {
	x, slope := c.float(0), c.float(1)
	s, t := c.dims(0), c.dims(1)
	if c.version < 7 && len(t) == 1 && len(s) > 1 {
		t = append(t, slices.Repeat([]int{1}, len(s)-2)...)
		slope = c.Reshape(slope, t...)
	}
	if n := len(s) - len(t); n >= 0 && n < 2 && len(s) > 1 { // one for each channel
		t = append(slices.Repeat([]int{1}, n), t...)
		if t[1] == s[1] && t[0] == 1 && size(t) == s[1] {
			return c.floats(nn.SlopedReLU(c.Builder, x, c.Reshape(slope, s[1])))
		}
	}
	return c.whole(c.Where(c.Less(x, c.Scalar(0)), c.Mul(slope, x), x))
}

// clamp has its bounds as attributes before version 11, and as operands since.
func clamp(c *call) []Value {
	x := c.float(0)
	if c.version < 11 {
		return c.floats(c.Clamp(x, c.floatAttr("min", math.Inf(-1)), c.floatAttr("max", math.Inf(1))))
	}
	lo, hi := c.bound(1), c.bound(2)
	if lo != nil { // ONNX takes the upper bound where the bounds cross
		x = c.Maximum(x, lo)
	}
	if hi != nil {
		x = c.Minimum(x, hi)
	}
	return c.floats(x)
}

// bound returns operand i, which has one element, or nil if it is not given.
func (c *call) bound(i int) node {
	if !c.has(i) {
		return nil
	}
	c.alike(0, i)
	if size(c.dims(i)) != 1 {
		c.malformed("operand %d: got the shape %v, want one element", i, c.dims(i))
	}
	return c.Reshape(c.float(i))
}
