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
	vec.Of[T]().Add(dst, dst, x)
}
