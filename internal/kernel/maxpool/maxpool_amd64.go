//go:build amd64 && !noasm

package maxpool

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// fastMax is Max if there is assembly for it and no NaN; otherwise y is spoilt.
func fastMax[T Float](y, r0, r1 []T) bool {
	if !cpu.AVX2 || len(y) == 0 {
		return false
	}
	switch y := any(y).(type) {
	case []float32:
		return maxx32(&y[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], len(y)) == 0
	case []float64:
		return maxx64(&y[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], len(y)) == 0
	}
	return false
}

// fastGrad is Grad if there is assembly for it and no NaN.
func fastGrad[T Float](o0, o1, r0, r1, d []T) bool {
	if !cpu.AVX2 || len(d) == 0 {
		return false
	}
	switch d := any(d).(type) {
	case []float32:
		return gradx32(&any(o0).([]float32)[0], &any(o1).([]float32)[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], &d[0], len(d)) == 0
	case []float64:
		return gradx64(&any(o0).([]float64)[0], &any(o1).([]float64)[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], &d[0], len(d)) == 0
	}
	return false
}
