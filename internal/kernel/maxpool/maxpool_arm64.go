//go:build arm64 && !noasm

package maxpool

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// fastMax is Max of the first windows, as many as it returns: those that fill
// vectors.
func fastMax[T Float](y, r0, r1 []T) int {
	if !cpu.NEON {
		return 0
	}
	switch y := any(y).(type) {
	case []float32:
		if n := len(y) / 4; n > 0 {
			maxx32(&y[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], n)
			return 4 * n
		}
	case []float64:
		if n := len(y) / 2; n > 0 {
			maxx64(&y[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], n)
			return 2 * n
		}
	}
	return 0
}

// fastGrad is Grad of the first windows, as many as it returns: those that fill
// vectors or, with a NaN among them, none.
func fastGrad[T Float](o0, o1, r0, r1, d []T) int {
	if !cpu.NEON {
		return 0
	}
	switch d := any(d).(type) {
	case []float32:
		if n := len(d) / 4; n > 0 && gradx32(&any(o0).([]float32)[0], &any(o1).([]float32)[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], &d[0], n) == 0 {
			return 4 * n
		}
	case []float64:
		if n := len(d) / 2; n > 0 && gradx64(&any(o0).([]float64)[0], &any(o1).([]float64)[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], &d[0], n) == 0 {
			return 2 * n
		}
	}
	return 0
}
