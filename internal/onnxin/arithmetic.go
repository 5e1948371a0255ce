package onnxin

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// arithmeticRules are those of arithmetic, element by element.
var arithmeticRules = map[string]rule{
	"Add": binary((*graph.Builder).Add, func(x, y int64) int64 { return x + y }, func(x, y float64) float64 { return x + y }),
	"Sub": binary((*graph.Builder).Sub, func(x, y int64) int64 { return x - y }, func(x, y float64) float64 { return x - y }),
	"Mul": binary((*graph.Builder).Mul, func(x, y int64) int64 { return x * y }, func(x, y float64) float64 { return x * y }),
	"Div": binary((*graph.Builder).Div, nil, func(x, y float64) float64 { return x / y }),

	"Relu": unary((*graph.Builder).ReLU, func(x int64) int64 { return max(x, 0) }, func(x float64) float64 { return math.Max(x, 0) }),
}

// binary is an operator of two operands that broadcast. ints and floats compute known values.
// Without ints the operator divides: see Div.
func binary(make func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node, ints func(x, y int64) int64, floats func(x, y float64) float64) rule {
	return rule{least: 2, most: 2, make: func(c *call) []Value {
		if c.kind(0) != c.kind(1) {
			c.malformed("got %v and %v, want one type", c.kind(0), c.kind(1))
		}
		ints := ints
		if ints == nil {
			ints = c.quotient
		}
		switch {
		case c.allKnown():
			return c.pairwise(ints, floats)
		case c.kind(0).IsInt() && c.Op == "Div":
			c.refuse("got integers that are computed, want floats")
		}
		return c.floats(make(c.Builder, c.float(0), c.float(1)))
	}}
}

// quotient returns x / y, rounded towards 0.
func (c *call) quotient(x, y int64) int64 {
	if y == 0 {
		c.malformed("got a division of %d by 0, want another divisor", x)
	}
	return x / y
}

// unary is an operator of one operand. ints and floats compute known values; nil: a node does.
func unary(make func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node, ints func(x int64) int64, floats func(x float64) float64) rule {
	return rule{least: 1, most: 1, make: func(c *call) []Value {
		x := c.value(0)
		switch {
		case x.Known == nil:
		case x.Known.Floats != nil && floats != nil:
			y := &Array{Shape: x.Known.Shape}
			for _, v := range x.Known.Floats {
				y.Floats = append(y.Floats, c.rounded(floats(v)))
			}
			return []Value{{Kind: x.Kind, Known: y}}
		case x.Known.Ints != nil && ints != nil:
			y := &Array{Shape: x.Known.Shape}
			for _, v := range x.Known.Ints {
				y.Ints = append(y.Ints, wrapped(x.Kind, ints(v)))
			}
			return []Value{{Kind: x.Kind, Known: y}}
		}
		return c.floats(make(c.Builder, c.float(0)))
	}}
}
