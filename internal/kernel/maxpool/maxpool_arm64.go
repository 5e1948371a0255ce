//go:build arm64 && !noasm

package maxpool

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// each is how many windows a vector of 16 bytes takes.
func each[T Float]() int { return 16 / int(unsafe.Sizeof(T(0))) }

// fastMax is Max of the first windows of each row, as many as it returns: those that
// fill vectors.
func fastMax[T Float](m Image, y, x []T) int {
	if !cpu.NEON || len(y) == 0 {
		return 0
	}
	vectors := m.N / each[T]()
	for i := 0; i < m.Rows && vectors > 0; i++ {
		r0, r1 := pair(m, x, i)
		switch y := any(y[i*m.N:]).(type) {
		case []float32:
			maxx32(&y[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], vectors)
		case []float64:
			maxx64(&y[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], vectors)
		}
	}
	return vectors * each[T]()
}

// fastGrad is Grad of the first windows of each row, as many as it returns: those
// that fill vectors or, with a NaN among them, none.
func fastGrad[T Float](m Image, o, x, d []T) int {
	if !cpu.NEON || len(d) == 0 {
		return 0
	}
	vectors := m.N / each[T]()
	for i := 0; i < m.Rows && vectors > 0; i++ {
		r0, r1 := pair(m, x, i)
		o0, o1 := pair(m, o, i)
		nan := 0
		switch d := any(d[i*m.N:]).(type) {
		case []float32:
			nan = gradx32(&any(o0).([]float32)[0], &any(o1).([]float32)[0], &any(r0).([]float32)[0], &any(r1).([]float32)[0], &d[0], vectors)
		case []float64:
			nan = gradx64(&any(o0).([]float64)[0], &any(o1).([]float64)[0], &any(r0).([]float64)[0], &any(r1).([]float64)[0], &d[0], vectors)
		}
		if nan != 0 {
			return 0
		}
	}
	return vectors * each[T]()
}
