package vec

import (
	"math"
)

// NegF32 is dst = −a.
func NegF32(dst, a []float32) { f32.neg(dst, a[:len(dst)]) }

// NegF64 is dst = −a.
func NegF64(dst, a []float64) { f64.neg(dst, a[:len(dst)]) }

// SquareF32 is dst = a².
func SquareF32(dst, a []float32) { f32.square(dst, a[:len(dst)]) }

// SquareF64 is dst = a².
func SquareF64(dst, a []float64) { f64.square(dst, a[:len(dst)]) }

// CubeF32 is dst = a³.
func CubeF32(dst, a []float32) { f32.cube(dst, a[:len(dst)]) }

// CubeF64 is dst = a³.
func CubeF64(dst, a []float64) { f64.cube(dst, a[:len(dst)]) }

// ReciprocalF32 is dst = 1/a.
func ReciprocalF32(dst, a []float32) { f32.reciprocal(dst, a[:len(dst)]) }

// ReciprocalF64 is dst = 1/a.
func ReciprocalF64(dst, a []float64) { f64.reciprocal(dst, a[:len(dst)]) }

// ReluF32 is dst = max(a, 0); NaN stays.
func ReluF32(dst, a []float32) { f32.relu(dst, a[:len(dst)]) }

// ReluF64 is dst = max(a, 0); NaN stays.
func ReluF64(dst, a []float64) { f64.relu(dst, a[:len(dst)]) }

// IsNaNF32 is 1 where a is NaN, else 0.
func IsNaNF32(dst, a []float32) { isNaN(dst, a) }

// IsNaNF64 is 1 where a is NaN, else 0.
func IsNaNF64(dst, a []float64) { isNaN(dst, a) }

// IsInfF32 is 1 where a is infinite, else 0.
func IsInfF32(dst, a []float32) { isInf(dst, a) }

// IsInfF64 is 1 where a is infinite, else 0.
func IsInfF64(dst, a []float64) { isInf(dst, a) }

// FillF32 sets every element to s.
func FillF32(dst []float32, s float32) { fill(dst, s) }

// FillF64 sets every element to s.
func FillF64(dst []float64, s float64) { fill(dst, s) }

// CopyF32 copies a.
func CopyF32(dst, a []float32) { copy(dst, a) }

// CopyF64 copies a.
func CopyF64(dst, a []float64) { copy(dst, a) }

func neg[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = -x
	}
}

func square[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * x
	}
}

func cube[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * x * x
	}
}

func reciprocal[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = 1 / x
	}
}

func relu[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = max(x, 0)
	}
}

func isNaN[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x != x)
	}
}

func isInf[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](math.IsInf(float64(x), 0))
	}
}

func fill[T Float](dst []T, s T) {
	for i := range dst {
		dst[i] = s
	}
}

// each computes in float64.
func each[T Float](dst, a []T, f func(x float64) float64) {
	for i, x := range a[:len(dst)] {
		dst[i] = T(f(float64(x)))
	}
}
