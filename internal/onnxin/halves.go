package onnxin

import (
	"math"

	"github.com/symgrad/symgrad/internal/onnxfile"
)

// This file rounds floats to a narrower type. Nodes hold them as floats of the Builder: only a cast
// rounds.

// format is a type of floats.
type format struct {
	bits  int     // of the significand
	least int     // the exponent of the smallest number
	most  float64 // the largest number
}

var formats = map[onnxfile.Kind]format{
	onnxfile.Float16:  {11, -24, 65504},
	onnxfile.BFloat16: {8, -133, 0x1.fep127},
	onnxfile.Float:    {24, -149, math.MaxFloat32},
	onnxfile.Double:   {53, -1074, math.MaxFloat64},
}

// roundTo returns the nearest float of a type; beyond the largest one it is infinite.
func roundTo(kind onnxfile.Kind, v float64) float64 {
	f := formats[kind]
	if kind == onnxfile.Double || v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	_, e := math.Frexp(v)
	step := math.Ldexp(1, max(e-f.bits, f.least))
	if v = math.RoundToEven(v/step) * step; math.Abs(v) > f.most {
		return math.Inf(int(math.Copysign(1, v)))
	}
	return v
}

// far is a number beyond which a float32 times 2^16 would be infinite soon.
const far = 1 << 60

// rounding returns floats of one type as the nearest ones of another. The product with 2^k + 1
// moves the k last bits to where they are rounded away (Dekker 1971).
func (c *call) rounding(x node, from, to onnxfile.Kind) node {
	f, have := formats[to], formats[from].bits
	if c.isNarrow() {
		have = min(have, 24)
	}
	if have <= f.bits {
		return x
	}
	held := 53
	if c.isNarrow() {
		held = 24
	}
	isFar := c.Greater(c.Abs(x), c.Scalar(far))
	near := c.Where(isFar, c.Scale(x, 1.0/far), x)
	moved := c.Scale(near, math.Ldexp(1, held-f.bits)+1)
	y := c.Sub(moved, c.Sub(moved, near))
	y = c.Where(isFar, c.Scale(y, far), y)
	if to == onnxfile.Float16 { // numbers with fewer bits
		small := c.Scale(c.Round(c.Scale(x, math.Ldexp(1, -f.least))), math.Ldexp(1, f.least))
		y = c.Where(c.Less(c.Abs(x), c.Scalar(math.Ldexp(1, f.least+f.bits-1))), small, y)
	}
	return c.Where(c.Greater(c.Abs(y), c.Scalar(f.most)), c.Mul(c.Sign(x), c.Scalar(math.Inf(1))), c.Where(c.IsInf(x), x, y))
}
