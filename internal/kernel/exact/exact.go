// Package exact adds any number of terms, keeping what rounding takes from the sum, so
// that the error does not grow with their number.
//
// It owns the addition; who cuts a long sum into terms, and holds the memory, is the
// kernels' matter. Importers: the kernels whose sums have no bound, and the operators.
package exact

// Float is the element type of a sum.
type Float interface{ ~float32 | ~float64 }

// Block is how many terms are added one after the other at most where a sum may have
// any number of them: a plain addition is fast, and its errors grow with that number.
const Block = 128

// Sum is a sum and what rounding has taken from it, less than half of its last place.
// The zero Sum is of no terms.
type Sum[T Float] struct{ Sum, Lost T }

// Add adds x. What a sum of two loses is found by Knuth's theorem B (The Art of Computer
// Programming 2, 4.2.2), where one is much larger by Dekker's (Numerische Mathematik 18,
// 1971).
func (e *Sum[T]) Add(x T) {
	s := e.Sum + x
	y := s - e.Sum
	lost := e.Lost + ((e.Sum - (s - y)) + (x - y))
	e.Sum = s + lost
	e.Lost = lost - (e.Sum - s)
	if e.Lost-e.Lost != 0 { // the sum is infinite or NaN: it says all
		e.Sum, e.Lost = s, 0
	}
}

// Total is the sum as exactly as T can say it.
func (e *Sum[T]) Total() T { return e.Sum + e.Lost }

// Add adds each x[i] to the sum that sum[i] and lost[i] are. The slices have equal
// lengths.
func Add[T Float](sum, lost, x []T) {
	sum, lost = sum[:len(x)], lost[:len(x)]
	for i, v := range x {
		e := Sum[T]{Sum: sum[i], Lost: lost[i]}
		e.Add(v)
		sum[i], lost[i] = e.Sum, e.Lost
	}
}
