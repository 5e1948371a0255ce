package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file adds slices of either type with the SIMD kernels.

// addTo adds x to dst.
func addTo[T ir.Float](dst, x []T) {
	if len(x) < 16 { // a call would take longer
		for i, v := range x {
			dst[i] += v
		}
		return
	}
	if d, ok := any(dst).([]float32); ok {
		vec.AddF32(d, d, any(x).([]float32))
		return
	}
	d := any(dst).([]float64)
	vec.AddF64(d, d, any(x).([]float64))
}

// sumOfAll is the pairwise sum of the elements.
func sumOfAll[T ir.Float](x []T) T {
	if a, ok := any(x).([]float32); ok {
		return T(vec.SumF32(a))
	}
	return T(vec.SumF64(any(x).([]float64)))
}
