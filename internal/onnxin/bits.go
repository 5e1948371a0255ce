package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// bitRules are those of the bits of integers. A node holds integers as floats: those that may be
// larger than the floats hold exactly are refused, unless they are known.
var bitRules = map[string]rule{
	"BitwiseAnd": bitwise((*graph.Builder).Mul, func(x, y int64) int64 { return x & y }),
	"BitwiseOr":  bitwise((*graph.Builder).Maximum, func(x, y int64) int64 { return x | y }),
	"BitwiseXor": bitwise((*graph.Builder).NotEqual, func(x, y int64) int64 { return x ^ y }),
	"BitwiseNot": {least: 1, most: 1, make: bitwiseNot},
	"BitShift":   {least: 2, most: 2, make: bitShift},
}

// widths are the bits of integers that floats may hold.
var widths = map[onnxfile.Kind]int{onnxfile.Bool: 1, onnxfile.Int8: 8, onnxfile.Uint8: 8, onnxfile.Int16: 16, onnxfile.Uint16: 16, onnxfile.Int32: 32, onnxfile.Uint32: 32}

// bits returns the number of bits of operand 0, all of which the floats hold.
func (c *call) bits() int {
	n := widths[c.kind(0)]
	if n == 0 || n > 16 && c.isNarrow() {
		c.refuse("got %v that are computed in %v, which does not hold all of their bits", c.kind(0), c.Params().DType())
	}
	return n
}

// isUnsigned reports whether a type has no negative numbers.
func isUnsigned(kind onnxfile.Kind) bool {
	return slices.Contains([]onnxfile.Kind{onnxfile.Uint8, onnxfile.Uint16, onnxfile.Uint32, onnxfile.Uint64, onnxfile.Bool}, kind)
}

// bitwise combines each pair of bits, by floats of 1 and 0, or known integers as a whole.
func bitwise(f func(b *graph.Builder, x, y node) node, ints func(x, y int64) int64) rule {
	return rule{least: 2, most: 2, make: func(c *call) []Value {
		c.alike(0, 1)
		if c.allKnown() {
			return c.eachPair(ints)
		}
		n := c.bits()
		powers := make([]float64, n)
		for i := range powers {
			powers[i] = math.Ldexp(1, i)
		}
		weights := c.Const(powers, n)
		apart := func(i int) node { // each bit along a new last axis
			x := c.Remainder(c.float(i), c.Scalar(math.Ldexp(1, n)))
			return c.Remainder(c.Floor(c.Div(c.Unsqueeze(x, -1), weights)), c.Scalar(2))
		}
		y := c.Sum(c.Mul(f(c.Builder, apart(0), apart(1)), weights), -1)
		if isUnsigned(c.kind(0)) {
			return c.floats(y)
		}
		all := math.Ldexp(1, n)
		return c.floats(c.Where(c.GreaterEqual(y, c.Scalar(all/2)), c.AddConst(y, -all), y))
	}}
}

// eachPair computes known integers that broadcast.
func (c *call) eachPair(f func(x, y int64) int64) []Value {
	shape := c.broadcast(c.dims(0), c.dims(1))
	x, y, out := c.expanded(c.known(0), shape), c.expanded(c.known(1), shape), &Array{Shape: shape}
	for i, v := range x.Ints {
		out.Ints = append(out.Ints, wrapped(c.kind(0), f(v, y.Ints[i])))
	}
	return []Value{{Kind: c.kind(0), Known: out}}
}

// bitwiseNot turns every bit round.
func bitwiseNot(c *call) []Value {
	if !isUnsigned(c.kind(0)) {
		return c.floats(c.Sub(c.Scalar(-1), c.float(0)))
	}
	return c.floats(c.Sub(c.Scalar(math.Ldexp(1, c.bits())-1), c.float(0)))
}

// bitShift multiplies or divides by powers of two. Bits that leave the type are lost.
func bitShift(c *call) []Value {
	x, y := c.pair()
	by := c.Round(c.Exp2(y))
	switch way := c.textAttr("direction", ""); way {
	case "RIGHT":
		return c.floats(c.Floor(c.Div(x, by)))
	case "LEFT":
		return c.floats(c.wrap(c.kind(0), c.Mul(x, by)))
	default:
		c.refuse("got direction = %q, want LEFT or RIGHT", way)
	}
	return nil
}
