package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// sumBlock is how many elements are added one after the other at most where a sum may
// have any number of them: rounding errors grow with that number.
const sumBlock = 128

// exact is a sum and what rounding took from it (Knuth, The Art of Computer
// Programming 2, 4.2.2, theorem B).
type exact[T ir.Float] struct{ sum, lost T }

// add adds x.
func (e *exact[T]) add(x T) {
	s := e.sum + x
	y := s - e.sum
	e.lost += (e.sum - (s - y)) + (x - y)
	e.sum = s
	if e.lost-e.lost != 0 { // the sum is infinite or NaN: it says all
		e.lost = 0
	}
}

// total is the sum as exactly as T can say it.
func (e *exact[T]) total() T { return e.sum + e.lost }

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

// sumOfAll is the sum of the elements, in pairs.
func sumOfAll[T ir.Float](x []T) T {
	if a, ok := any(x).([]float32); ok {
		return T(vec.SumF32(a))
	}
	return T(vec.SumF64(any(x).([]float64)))
}
