package vec

import "math"

// narrowBlock is how many elements are rounded one by one where the kernel of whole blocks stops.
const narrowBlock = 16

// Narrow rounds v to float32 in dst. It stops at the first finite number that becomes
// infinite and returns its index; else it returns -1. NaN and infinities are kept.
func Narrow(dst []float32, v []float64) (beyond int) {
	dst = dst[:len(v)]
	for i := 0; i < len(v); {
		i += narrowBlocks(dst[i:], v[i:])
		for end := min(i+narrowBlock, len(v)); i < end; i++ {
			if dst[i] = float32(v[i]); Beyond32(v[i]) {
				return i
			}
		}
	}
	return -1
}

// narrowed is narrowBlocks without assembly. Four numbers are checked at once: x − x is 0 if x is
// finite and NaN if not.
func narrowed(dst []float32, v []float64) int {
	i := 0
	for ; i+4 <= len(v); i += 4 {
		x, y := v[i:i+4:i+4], dst[i:i+4:i+4]
		a, b, c, d := float32(x[0]), float32(x[1]), float32(x[2]), float32(x[3])
		y[0], y[1], y[2], y[3] = a, b, c, d
		if (a-a)+(b-b)+((c-c)+(d-d)) != 0 {
			break
		}
	}
	return i
}

// Beyond32 reports whether x is finite and too large for float32.
func Beyond32(x float64) bool {
	return !math.IsInf(x, 0) && math.IsInf(float64(float32(x)), 0)
}
