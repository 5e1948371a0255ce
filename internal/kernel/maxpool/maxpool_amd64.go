//go:build amd64 && !noasm

package maxpool

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// fastMax is Max of the first windows, as many as it returns: all or, with a
// NaN among them, none.
func fastMax[T Float](y, r0, r1 []T) int {
	if !cpu.AVX2 || len(y) == 0 {
		return 0
	}
	nan := 1
	switch y := any(y).(type) {
	case []float32:
		nan = maxx32(&y[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], len(y))
	case []float64:
		nan = maxx64(&y[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], len(y))
	}
	if nan != 0 {
		return 0
	}
	return len(y)
}

// fastGrad is Grad of the first windows, as many as it returns: all or, with a
// NaN among them, none.
func fastGrad[T Float](o0, o1, r0, r1, d []T) int {
	if !cpu.AVX2 || len(d) == 0 {
		return 0
	}
	nan := 1
	switch d := any(d).(type) {
	case []float32:
		nan = gradx32(&any(o0).([]float32)[0], &any(o1).([]float32)[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], &d[0], len(d))
	case []float64:
		nan = gradx64(&any(o0).([]float64)[0], &any(o1).([]float64)[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], &d[0], len(d))
	}
	if nan != 0 {
		return 0
	}
	return len(d)
}
