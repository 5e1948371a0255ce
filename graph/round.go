package graph

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// round32 rounds v to float32 in dst. It stops at the first finite number that becomes
// infinite and returns its index; else it returns -1. NaN and infinities are kept. Four
// numbers are checked at once: x − x is 0 if x is finite and NaN if not.
func round32(dst []float32, v []float64) (beyond int) {
	dst = dst[:len(v)]
	i := 0
	for ; i+4 <= len(v); i += 4 {
		x, y := v[i:i+4:i+4], dst[i:i+4:i+4]
		a, b, c, d := float32(x[0]), float32(x[1]), float32(x[2]), float32(x[3])
		y[0], y[1], y[2], y[3] = a, b, c, d
		if (a-a)+(b-b)+((c-c)+(d-d)) != 0 {
			if k := slices.IndexFunc(x, isBeyond32); k >= 0 {
				return i + k
			}
		}
	}
	for ; i < len(v); i++ {
		if dst[i] = float32(v[i]); isBeyond32(v[i]) {
			return i
		}
	}
	return -1
}

// isBeyond32 reports whether x is finite and too large for float32.
func isBeyond32(x float64) bool {
	return !math.IsInf(x, 0) && math.IsInf(float64(float32(x)), 0)
}

// beyond returns an error if d cannot hold one of the finite numbers of v.
func beyond(v []float64, d DType) error {
	if d != Float32 {
		return nil
	}
	if i := slices.IndexFunc(v, isBeyond32); i >= 0 {
		return errBeyond(i, v[i])
	}
	return nil
}

// errBeyond returns the error about element i, x, which float32 cannot hold.
func errBeyond(i int, x float64) error {
	return mistake.Newf(ErrNotFinite, "element %d: got %v, want a number in the range of float32", i, x)
}
