package vec

import (
	"math"
)

// AddF32 is dst = a + b.
func AddF32(dst, a, b []float32) { f32.add(dst, a[:len(dst)], b[:len(dst)]) }

// AddF64 is dst = a + b.
func AddF64(dst, a, b []float64) { f64.add(dst, a[:len(dst)], b[:len(dst)]) }

// SubF32 is dst = a − b.
func SubF32(dst, a, b []float32) { f32.sub(dst, a[:len(dst)], b[:len(dst)]) }

// SubF64 is dst = a − b.
func SubF64(dst, a, b []float64) { f64.sub(dst, a[:len(dst)], b[:len(dst)]) }

// MulF32 is dst = a · b.
func MulF32(dst, a, b []float32) { f32.mul(dst, a[:len(dst)], b[:len(dst)]) }

// MulF64 is dst = a · b.
func MulF64(dst, a, b []float64) { f64.mul(dst, a[:len(dst)], b[:len(dst)]) }

// DivF32 is dst = a / b.
func DivF32(dst, a, b []float32) { f32.div(dst, a[:len(dst)], b[:len(dst)]) }

// DivF64 is dst = a / b.
func DivF64(dst, a, b []float64) { f64.div(dst, a[:len(dst)], b[:len(dst)]) }

// MaxF32 is the larger of a and b; NaN if either is.
func MaxF32(dst, a, b []float32) { f32.max(dst, a[:len(dst)], b[:len(dst)]) }

// MaxF64 is the larger of a and b; NaN if either is.
func MaxF64(dst, a, b []float64) { f64.max(dst, a[:len(dst)], b[:len(dst)]) }

// MinF32 is the smaller of a and b; NaN if either is.
func MinF32(dst, a, b []float32) { f32.min(dst, a[:len(dst)], b[:len(dst)]) }

// MinF64 is the smaller of a and b; NaN if either is.
func MinF64(dst, a, b []float64) { f64.min(dst, a[:len(dst)], b[:len(dst)]) }

// SquaredDiffF32 is dst = (a − b)².
func SquaredDiffF32(dst, a, b []float32) { f32.squaredDiff(dst, a[:len(dst)], b[:len(dst)]) }

// SquaredDiffF64 is dst = (a − b)².
func SquaredDiffF64(dst, a, b []float64) { f64.squaredDiff(dst, a[:len(dst)], b[:len(dst)]) }

// PowF32 is a to the power of b, with the special cases of math.Pow.
func PowF32(dst, a, b []float32) { f32.pow(dst, a[:len(dst)], b[:len(dst)]) }

// PowF64 is a to the power of b, with the special cases of math.Pow.
func PowF64(dst, a, b []float64) { f64.pow(dst, a[:len(dst)], b[:len(dst)]) }

// Atan2F32 is the angle of the point (b, a), as math.Atan2 has it.
func Atan2F32(dst, a, b []float32) { each2(dst, a, b, math.Atan2) }

// Atan2F64 is the angle of the point (b, a), as math.Atan2 has it.
func Atan2F64(dst, a, b []float64) { each2(dst, a, b, math.Atan2) }

// HypotF32 is √(a² + b²) without overflow.
func HypotF32(dst, a, b []float32) { each2(dst, a, b, math.Hypot) }

// HypotF64 is √(a² + b²) without overflow.
func HypotF64(dst, a, b []float64) { each2(dst, a, b, math.Hypot) }

func add[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x + b[i]
	}
}

func sub[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x - b[i]
	}
}

func mul[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x * b[i]
	}
}

func div[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x / b[i]
	}
}

func maximum[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = max(x, b[i])
	}
}

func minimum[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = min(x, b[i])
	}
}

func squaredDiff[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		d := x - b[i]
		dst[i] = d * d
	}
}

// each2 computes in float64.
func each2[T Float](dst, a, b []T, f func(x, y float64) float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = T(f(float64(x), float64(b[i])))
	}
}
