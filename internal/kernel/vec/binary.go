package vec

import (
	"math"
)

// Add is dst = a + b.
func (l *Loops[T]) Add(dst, a, b []T) { l.add(dst, a[:len(dst)], b[:len(dst)]) }

// Sub is dst = a − b.
func (l *Loops[T]) Sub(dst, a, b []T) { l.sub(dst, a[:len(dst)], b[:len(dst)]) }

// Mul is dst = a · b.
func (l *Loops[T]) Mul(dst, a, b []T) { l.mul(dst, a[:len(dst)], b[:len(dst)]) }

// Div is dst = a / b.
func (l *Loops[T]) Div(dst, a, b []T) { l.div(dst, a[:len(dst)], b[:len(dst)]) }

// Max is the larger of a and b; NaN if either is.
func (l *Loops[T]) Max(dst, a, b []T) { l.max(dst, a[:len(dst)], b[:len(dst)]) }

// Min is the smaller of a and b; NaN if either is.
func (l *Loops[T]) Min(dst, a, b []T) { l.min(dst, a[:len(dst)], b[:len(dst)]) }

// SquaredDiff is dst = (a − b)².
func (l *Loops[T]) SquaredDiff(dst, a, b []T) { l.squaredDiff(dst, a[:len(dst)], b[:len(dst)]) }

// Pow is a to the power of b, with the special cases of math.Pow.
func (l *Loops[T]) Pow(dst, a, b []T) { l.pow(dst, a[:len(dst)], b[:len(dst)]) }

// Atan2 is the angle of the point (b, a), as math.Atan2 has it.
func (*Loops[T]) Atan2(dst, a, b []T) { each2(dst, a, b, math.Atan2) }

// Hypot is √(a² + b²) without overflow.
func (*Loops[T]) Hypot(dst, a, b []T) { each2(dst, a, b, math.Hypot) }

func add[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x + b[i]
	}
}

func sub[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x - b[i]
	}
}

func mul[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x * b[i]
	}
}

func div[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = x / b[i]
	}
}

func maximum[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = max(x, b[i])
	}
}

func minimum[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = min(x, b[i])
	}
}

func squaredDiff[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		d := x - b[i]
		dst[i] = d * d
	}
}

// each2 computes in float64.
func each2[T Float](dst, a, b []T, f func(x, y float64) float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = T(f(float64(x), float64(b[i])))
	}
}
