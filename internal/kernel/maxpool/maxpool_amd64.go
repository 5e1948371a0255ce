//go:build amd64 && !noasm

package maxpool

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// fastMax is Max of the first windows of each row, as many as it returns: all or,
// with a NaN among them, none.
func fastMax[T Float](m Image, y, x []T) int {
	if !cpu.AVX2 || len(y) == 0 {
		return 0
	}
	nan := 1
	switch y := any(y).(type) {
	case []float32:
		nan = max256x32(&y[0], &any(x).([]float32)[0], m.N, m.Rows, m.LD)
	case []float64:
		nan = max256x64(&y[0], &any(x).([]float64)[0], m.N, m.Rows, m.LD)
	}
	if nan != 0 {
		return 0
	}
	return m.N
}

// fastGrad is Grad of the first windows of each row, as many as it returns: all or,
// with a NaN among them, none.
func fastGrad[T Float](m Image, o, x, d []T) int {
	if !cpu.AVX2 || len(d) == 0 {
		return 0
	}
	nan := 1
	switch d := any(d).(type) {
	case []float32:
		nan = grad256x32(&any(o).([]float32)[0], &any(x).([]float32)[0], &d[0], m.N, m.Rows, m.LD)
	case []float64:
		nan = grad256x64(&any(o).([]float64)[0], &any(x).([]float64)[0], &d[0], m.N, m.Rows, m.LD)
	}
	if nan != 0 {
		return 0
	}
	return m.N
}
