package gosource

import (
	"math"
	"strconv"
)

// literal writes a number of the program's type.
func (g *generator) literal(x float64) string {
	bits := 64
	if g.f32 {
		x, bits = float64(float32(x)), 32
	}
	switch {
	case x != x:
		return "number(math.NaN())"
	case math.IsInf(x, 1):
		return "number(math.Inf(1))"
	case math.IsInf(x, -1):
		return "number(math.Inf(-1))"
	case x == 0 && math.Signbit(x):
		return "number(math.Copysign(0, -1))"
	}
	s := strconv.FormatFloat(x, 'g', -1, bits)
	if x < 0 {
		return "(" + s + ")"
	}
	return s
}
