package vec

import (
	"math"
	"testing"
)

// TestTails holds what is made of tails to the functions, to the bit, and slopes to
// their truth, where functions are rounded to 0 or 1 too.
func TestTails(t *testing.T) {
	x := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()}
	for v := 1e-300; v < 1e300; v *= 1.7 {
		x = append(x, v, -v)
	}
	for v := 0.01; v < 400; v *= 1.01 {
		x = append(x, v, -v)
	}
	eachLevel(func(level string) {
		tails(t, level, x, 0x1p-23, 0x1p-125, F32.Tanh, F32.TanhTail, F32.TanhOpen, F32.TanhSlope, tanhSlopeOf)
		tails(t, level, x, 0x1p-52, 0x1p-1021, F64.Tanh, F64.TanhTail, F64.TanhOpen, F64.TanhSlope, tanhSlopeOf)
		tails(t, level, x, 0x1p-23, 0x1p-125, F32.Sigmoid, F32.SigmoidTail, F32.SigmoidOpen, F32.SigmoidSlope, sigmoidSlopeOf)
		tails(t, level, x, 0x1p-52, 0x1p-1021, F64.Sigmoid, F64.SigmoidTail, F64.SigmoidOpen, F64.SigmoidSlope, sigmoidSlopeOf)
	})
}

func tanhSlopeOf(x float64) float64 {
	e := math.Exp(-2 * math.Abs(x))
	return 4 * e / ((1 + e) * (1 + e))
}

func sigmoidSlopeOf(x float64) float64 { return tanhSlopeOf(x/2) / 4 }

func tails[T Float](t *testing.T, level string, at []float64, eps, least float64, f, tail, open func(dst, x []T), slope func(dst, g, p []T), want func(x float64) float64) {
	t.Helper()
	n := len(at)
	x, p, y, z, g := make([]T, n), make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i, v := range at {
		x[i], g[i] = T(v), 1
	}
	f(y, x)
	tail(p, x)
	open(z, p)
	slope(g, g, p)
	for i, v := range x {
		if y[i] != z[i] && y[i] == y[i] {
			t.Errorf("%s, %T at %v: got %v of the tail, want %v", level, v, v, z[i], y[i])
		}
		w := want(float64(v))
		// a tail of x is off as x is by its last digit
		if d := math.Abs(float64(g[i]) - w); !(d <= 8*eps*w+least) && v == v {
			t.Errorf("%s, %T at %v: got the slope %v, want %v", level, v, v, g[i], w)
		}
	}
}
