package vec

import (
	"math"
)

// AddS is dst = a + s.
func (l *Loops[T]) AddS(dst, a []T, s T) { l.addS(dst, a[:len(dst)], s) }

// SubS is dst = a − s.
func (l *Loops[T]) SubS(dst, a []T, s T) { l.subS(dst, a[:len(dst)], s) }

// RSubS is dst = s − a.
func (l *Loops[T]) RSubS(dst, a []T, s T) { l.rsubS(dst, a[:len(dst)], s) }

// MulS is dst = a · s.
func (l *Loops[T]) MulS(dst, a []T, s T) { l.mulS(dst, a[:len(dst)], s) }

// DivS is dst = a / s.
func (l *Loops[T]) DivS(dst, a []T, s T) { l.divS(dst, a[:len(dst)], s) }

// RDivS is dst = s / a.
func (l *Loops[T]) RDivS(dst, a []T, s T) { l.rdivS(dst, a[:len(dst)], s) }

// MaxS is the larger of a and s; NaN if either is.
func (l *Loops[T]) MaxS(dst, a []T, s T) { l.maxS(dst, a[:len(dst)], s) }

// MinS is the smaller of a and s; NaN if either is.
func (l *Loops[T]) MinS(dst, a []T, s T) { l.minS(dst, a[:len(dst)], s) }

// PowS is a to the power of s, with the special cases of math.Pow.
func (l *Loops[T]) PowS(dst, a []T, s T) { l.power(dst, a[:len(dst)], s) }

// Elu is a where a > 0, else s · (eᵃ − 1).
func (l *Loops[T]) Elu(dst, a []T, s T) { l.elu(dst, a[:len(dst)], s) }

func addS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x + s
	}
}

func subS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x - s
	}
}

func rsubS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = s - x
	}
}

func mulS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * s
	}
}

func divS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x / s
	}
}

func rdivS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = s / x
	}
}

func maxS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = max(x, s)
	}
}

func minS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = min(x, s)
	}
}

func powS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = T(pow(float64(x), float64(s)))
	}
}

func elu[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		if !(x > 0) {
			x = s * T(math.Expm1(float64(x)))
		}
		dst[i] = x
	}
}
