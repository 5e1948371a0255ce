package vec

import (
	"math"
)

// AddSF32 is dst = a + s.
func AddSF32(dst, a []float32, s float32) { f32.addS(dst, a[:len(dst)], s) }

// AddSF64 is dst = a + s.
func AddSF64(dst, a []float64, s float64) { f64.addS(dst, a[:len(dst)], s) }

// SubSF32 is dst = a − s.
func SubSF32(dst, a []float32, s float32) { f32.subS(dst, a[:len(dst)], s) }

// SubSF64 is dst = a − s.
func SubSF64(dst, a []float64, s float64) { f64.subS(dst, a[:len(dst)], s) }

// RSubSF32 is dst = s − a.
func RSubSF32(dst, a []float32, s float32) { f32.rsubS(dst, a[:len(dst)], s) }

// RSubSF64 is dst = s − a.
func RSubSF64(dst, a []float64, s float64) { f64.rsubS(dst, a[:len(dst)], s) }

// MulSF32 is dst = a · s.
func MulSF32(dst, a []float32, s float32) { f32.mulS(dst, a[:len(dst)], s) }

// MulSF64 is dst = a · s.
func MulSF64(dst, a []float64, s float64) { f64.mulS(dst, a[:len(dst)], s) }

// DivSF32 is dst = a / s.
func DivSF32(dst, a []float32, s float32) { f32.divS(dst, a[:len(dst)], s) }

// DivSF64 is dst = a / s.
func DivSF64(dst, a []float64, s float64) { f64.divS(dst, a[:len(dst)], s) }

// RDivSF32 is dst = s / a.
func RDivSF32(dst, a []float32, s float32) { f32.rdivS(dst, a[:len(dst)], s) }

// RDivSF64 is dst = s / a.
func RDivSF64(dst, a []float64, s float64) { f64.rdivS(dst, a[:len(dst)], s) }

// MaxSF32 is the larger of a and s; NaN if either is.
func MaxSF32(dst, a []float32, s float32) { f32.maxS(dst, a[:len(dst)], s) }

// MaxSF64 is the larger of a and s; NaN if either is.
func MaxSF64(dst, a []float64, s float64) { f64.maxS(dst, a[:len(dst)], s) }

// MinSF32 is the smaller of a and s; NaN if either is.
func MinSF32(dst, a []float32, s float32) { f32.minS(dst, a[:len(dst)], s) }

// MinSF64 is the smaller of a and s; NaN if either is.
func MinSF64(dst, a []float64, s float64) { f64.minS(dst, a[:len(dst)], s) }

// PowSF32 is a to the power of s, with the special cases of math.Pow.
func PowSF32(dst, a []float32, s float32) { f32.power(dst, a[:len(dst)], s) }

// PowSF64 is a to the power of s, with the special cases of math.Pow.
func PowSF64(dst, a []float64, s float64) { f64.power(dst, a[:len(dst)], s) }

// EluF32 is a where a > 0, else s · (eᵃ − 1).
func EluF32(dst, a []float32, s float32) { f32.elu(dst, a[:len(dst)], s) }

// EluF64 is a where a > 0, else s · (eᵃ − 1).
func EluF64(dst, a []float64, s float64) { f64.elu(dst, a[:len(dst)], s) }

func addS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x + s
	}
}

func subS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x - s
	}
}

func rsubS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = s - x
	}
}

func mulS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * s
	}
}

func divS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x / s
	}
}

func rdivS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = s / x
	}
}

func maxS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = max(x, s)
	}
}

func minS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = min(x, s)
	}
}

func powS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = T(pow(float64(x), float64(s)))
	}
}

func elu[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		if !(x > 0) {
			x = s * T(math.Expm1(float64(x)))
		}
		dst[i] = x
	}
}
