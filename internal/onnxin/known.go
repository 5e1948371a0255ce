package onnxin

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// This file computes with values that are known while a graph is built.

// numbers returns the elements as floats.
func (a *Array) numbers() []float64 {
	if a.Floats != nil || a.len() == 0 {
		return slices.Clone(a.Floats)
	}
	out := make([]float64, len(a.Ints))
	for i, v := range a.Ints {
		out[i] = float64(v)
	}
	return out
}

// clip returns the nearest int.
func clip(v int64) int { return int(min(max(v, math.MinInt), math.MaxInt)) }

// room ends the rule unless a Known value of the shape is within the limits.
func (c *call) room(shape []int) {
	if n := size64(shape); n > int64(c.g.limits.Known) {
		c.tooMuch("got a value of the shape %v that is known when the graph is built, want at most %d elements", shape, c.g.limits.Known)
	}
}

// wrapped returns an integer as the type holds it.
func wrapped(kind onnxfile.Kind, v int64) int64 {
	switch kind {
	case onnxfile.Int8:
		return int64(int8(v))
	case onnxfile.Uint8:
		return int64(uint8(v))
	case onnxfile.Int16:
		return int64(int16(v))
	case onnxfile.Uint16:
		return int64(uint16(v))
	case onnxfile.Int32:
		return int64(int32(v))
	case onnxfile.Uint32:
		return int64(uint32(v))
	case onnxfile.Bool:
		return min(1, max(v, -v))
	}
	return v
}

// isNarrow reports whether the floats of the Builder are float32.
func (c *call) isNarrow() bool { return c.Params().DType() == graph.Float32 }

// rounded returns a float as the Builder's type holds it.
func (c *call) rounded(x float64) float64 {
	if c.isNarrow() {
		return float64(float32(x))
	}
	return x
}

// gathered returns a Known value of the shape, whose element i is element from(i) of a.
func (c *call) gathered(a *Array, shape []int, from func(i int) int) *Array {
	c.room(shape)
	y, n := &Array{Shape: shape}, size(shape)
	if a.Floats != nil {
		y.Floats = make([]float64, n)
		for i := range y.Floats {
			y.Floats[i] = a.Floats[from(i)]
		}
		return y
	}
	y.Ints = make([]int64, n)
	for i := range y.Ints {
		y.Ints[i] = a.Ints[from(i)]
	}
	return y
}

// reshaped returns a with another shape of as many elements.
func (a *Array) reshaped(shape []int) *Array { return &Array{shape, a.Ints, a.Floats} }

// broadcast returns the shape that two shapes broadcast to.
func (c *call) broadcast(x, y []int) []int {
	if len(x) < len(y) {
		x, y = y, x
	}
	out, off := slices.Clone(x), len(x)-len(y)
	for i, d := range y {
		switch to := &out[off+i]; {
		case *to == d || d == 1:
		case *to == 1:
			*to = d
		default:
			c.malformed("got the shapes %v and %v, want shapes that broadcast", x, y)
		}
	}
	return out
}

// expanded returns a, broadcast to a shape.
func (c *call) expanded(a *Array, shape []int) *Array {
	if slices.Equal(a.Shape, shape) {
		return a
	}
	off := len(shape) - len(a.Shape)
	return c.gathered(a, shape, func(i int) int {
		at, step := 0, 1
		for k := len(shape) - 1; k >= off; k-- {
			if a.Shape[k-off] != 1 {
				at += i % shape[k] * step
			}
			step *= a.Shape[k-off]
			i /= shape[k]
		}
		return at
	})
}
