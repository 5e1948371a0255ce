package vec

import (
	"math"
)

// Neg is dst = −a.
func (l *Loops[T]) Neg(dst, a []T) { l.neg(dst, a[:len(dst)]) }

// Square is dst = a².
func (l *Loops[T]) Square(dst, a []T) { l.square(dst, a[:len(dst)]) }

// Cube is dst = a³.
func (l *Loops[T]) Cube(dst, a []T) { l.cube(dst, a[:len(dst)]) }

// Reciprocal is dst = 1/a.
func (l *Loops[T]) Reciprocal(dst, a []T) { l.reciprocal(dst, a[:len(dst)]) }

// Relu is dst = max(a, 0); NaN stays.
func (l *Loops[T]) Relu(dst, a []T) { l.relu(dst, a[:len(dst)]) }

// IsNaN is 1 where a is NaN, else 0.
func (*Loops[T]) IsNaN(dst, a []T) { isNaN(dst, a) }

// IsInf is 1 where a is infinite, else 0.
func (*Loops[T]) IsInf(dst, a []T) { isInf(dst, a) }

// Fill sets every element to s.
func (*Loops[T]) Fill(dst []T, s T) { fill(dst, s) }

// Copy copies a.
func (*Loops[T]) Copy(dst, a []T) { copy(dst, a) }

func neg[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = -x
	}
}

func square[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * x
	}
}

func cube[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = x * x * x
	}
}

func reciprocal[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = 1 / x
	}
}

func relu[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = max(x, 0)
	}
}

func isNaN[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x != x)
	}
}

func isInf[T Float](dst, a []T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](math.IsInf(float64(x), 0))
	}
}

func fill[T Float](dst []T, s T) {
	for i := range dst {
		dst[i] = s
	}
}

// each computes in float64.
func each[T Float](dst, a []T, f func(x float64) float64) {
	for i, x := range a[:len(dst)] {
		dst[i] = T(f(float64(x)))
	}
}
