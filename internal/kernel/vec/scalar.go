package vec

import (
	"math"
)

// AddSF32 is dst = a + s.
func AddSF32(dst, a []float32, s float32) { addS(dst, a, s) }

// AddSF64 is dst = a + s.
func AddSF64(dst, a []float64, s float64) { addS(dst, a, s) }

// SubSF32 is dst = a − s.
func SubSF32(dst, a []float32, s float32) { subS(dst, a, s) }

// SubSF64 is dst = a − s.
func SubSF64(dst, a []float64, s float64) { subS(dst, a, s) }

// RSubSF32 is dst = s − a.
func RSubSF32(dst, a []float32, s float32) { rsubS(dst, a, s) }

// RSubSF64 is dst = s − a.
func RSubSF64(dst, a []float64, s float64) { rsubS(dst, a, s) }

// MulSF32 is dst = a · s.
func MulSF32(dst, a []float32, s float32) { mulS(dst, a, s) }

// MulSF64 is dst = a · s.
func MulSF64(dst, a []float64, s float64) { mulS(dst, a, s) }

// DivSF32 is dst = a / s.
func DivSF32(dst, a []float32, s float32) { divS(dst, a, s) }

// DivSF64 is dst = a / s.
func DivSF64(dst, a []float64, s float64) { divS(dst, a, s) }

// RDivSF32 is dst = s / a.
func RDivSF32(dst, a []float32, s float32) { rdivS(dst, a, s) }

// RDivSF64 is dst = s / a.
func RDivSF64(dst, a []float64, s float64) { rdivS(dst, a, s) }

// MaxSF32 is the larger of a and s; NaN if either is.
func MaxSF32(dst, a []float32, s float32) { maxS(dst, a, s) }

// MaxSF64 is the larger of a and s; NaN if either is.
func MaxSF64(dst, a []float64, s float64) { maxS(dst, a, s) }

// MinSF32 is the smaller of a and s; NaN if either is.
func MinSF32(dst, a []float32, s float32) { minS(dst, a, s) }

// MinSF64 is the smaller of a and s; NaN if either is.
func MinSF64(dst, a []float64, s float64) { minS(dst, a, s) }

// PowSF32 is a to the power of s, as math.Pow has it.
func PowSF32(dst, a []float32, s float32) { powS(dst, a, s) }

// PowSF64 is a to the power of s, as math.Pow has it.
func PowSF64(dst, a []float64, s float64) { powS(dst, a, s) }

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
		dst[i] = T(math.Pow(float64(x), float64(s)))
	}
}
