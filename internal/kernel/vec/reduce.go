package vec

import (
	"math"
)

// Sum adds all elements, pairwise: the error grows with the logarithm of the length.
func (l *Loops[T]) Sum(a []T) T { return pairwise(a, l.sum) }

// Dot is Σ a·b, pairwise.
func (l *Loops[T]) Dot(a, b []T) T { return dotHalves(a, b[:len(a)], l.dot) }

// SumSquares is Σ a², pairwise.
func (l *Loops[T]) SumSquares(a []T) T { return pairwise(a, l.sumSquares) }

// SumAbs is Σ |a|, pairwise.
func (l *Loops[T]) SumAbs(a []T) T { return pairwise(a, l.sumAbs) }

// SumExpSub is Σ exp(a − m), pairwise.
func (l *Loops[T]) SumExpSub(a []T, m T) T { return sumExpHalves(a, m, l.sumExpSub) }

// MaxOf is the largest element, NaN if there is one; −Inf of none.
func (l *Loops[T]) MaxOf(a []T) T { return l.maxOf(a) }

// MinOf is the smallest element, NaN if there is one; +Inf of none.
func (l *Loops[T]) MinOf(a []T) T { return l.minOf(a) }

// ArgMax is the index of the first largest element, of the first NaN if there is one; 0 of none.
func (*Loops[T]) ArgMax(a []T) int { return argMax(a) }

// ArgMin is the index of the first smallest element, of the first NaN if there is one; 0 of none.
func (*Loops[T]) ArgMin(a []T) int { return argMin(a) }

// AllFinite says whether no element is NaN or infinite.
func (l *Loops[T]) AllFinite(a []T) bool { return isFinite(l.sum(a)) || allFinite(a) }

// SquaresFinite says whether the square of each element is finite.
func (l *Loops[T]) SquaresFinite(a []T) bool { return isFinite(l.sumSquares(a)) || squaresFinite(a) }

// SquaresWithin says whether Σ a² is at most limit, and so no element larger than
// its root; false if there is a NaN.
func (l *Loops[T]) SquaresWithin(a []T, limit T) bool { return l.sumSquares(a) <= limit }

// AccumRows adds rows to dst: dst[j] += Σᵢ a[i·stride + j].
func (l *Loops[T]) AccumRows(dst, a []T, rows, stride int) { accum(l.accumRows, dst, a, rows, stride) }

// leaf is the length below which the pairwise sums add one after another, in
// chains that the processor runs side by side.
const leaf = 1024

// half cuts a slice in two. The cut depends on the length alone.
func half(n int) int { return (n/2 + 63) &^ 63 }

// pairwise folds halves until they are short.
func pairwise[T Float](a []T, short func([]T) T) T {
	if len(a) <= leaf {
		return short(a)
	}
	h := half(len(a))
	return pairwise(a[:h], short) + pairwise(a[h:], short)
}

func dotHalves[T Float](a, b []T, short func(a, b []T) T) T {
	if len(a) <= leaf {
		return short(a, b)
	}
	h := half(len(a))
	return dotHalves(a[:h], b[:h], short) + dotHalves(a[h:], b[h:], short)
}

func sumExpHalves[T Float](a []T, m T, short func(a []T, m T) T) T {
	if len(a) <= leaf {
		return short(a, m)
	}
	h := half(len(a))
	return sumExpHalves(a[:h], m, short) + sumExpHalves(a[h:], m, short)
}

func shortSum[T Float](a []T) T {
	var s [8]T
	for ; len(a) >= 8; a = a[8:] {
		for j := range s {
			s[j] += a[j]
		}
	}
	for j, x := range a {
		s[j] += x
	}
	return (s[0] + s[4]) + (s[2] + s[6]) + ((s[1] + s[5]) + (s[3] + s[7]))
}

func shortSumSquares[T Float](a []T) T { return shortDot(a, a) }

func shortSumAbs[T Float](a []T) T {
	var s [8]T
	for i, x := range a {
		s[i&7] += T(math.Abs(float64(x)))
	}
	return shortSum(s[:])
}

func shortDot[T Float](a, b []T) T {
	b = b[:len(a)]
	var s [8]T
	i := 0
	for ; i+8 <= len(a); i += 8 {
		x, y := a[i:i+8], b[i:i+8]
		for j := range s {
			s[j] += x[j] * y[j]
		}
	}
	for j := i; j < len(a); j++ {
		s[j-i] += a[j] * b[j]
	}
	return shortSum(s[:])
}

func shortSumExpSub[T Float](a []T, m T) T {
	s := 0.0
	for _, x := range a {
		s += math.Exp(float64(x - m))
	}
	return T(s)
}

func maxOf[T Float](a []T) T {
	m := T(math.Inf(-1))
	for _, x := range a {
		m = max(m, x)
	}
	return m
}

func minOf[T Float](a []T) T {
	m := T(math.Inf(1))
	for _, x := range a {
		m = min(m, x)
	}
	return m
}

func argMax[T Float](a []T) int {
	best := 0
	for i, x := range a {
		if x != x {
			return i
		}
		if x > a[best] {
			best = i
		}
	}
	return best
}

func argMin[T Float](a []T) int {
	best := 0
	for i, x := range a {
		if x != x {
			return i
		}
		if x < a[best] {
			best = i
		}
	}
	return best
}

// isFinite says whether x is neither NaN nor infinite. A sum that is finite has
// finite terms; one that is not may have overflowed.
func isFinite[T Float](x T) bool { return x-x == 0 }

func allFinite[T Float](a []T) bool {
	var s T
	for _, x := range a {
		s += x - x // NaN for NaN and infinities
	}
	return s == 0
}

func squaresFinite[T Float](a []T) bool {
	for _, x := range a {
		if !isFinite(T(x * x)) { // rounded, not fused with what isFinite takes from it
			return false
		}
	}
	return true
}

func accumRows[T Float](dst, a []T, rows, stride int) {
	for i := range rows {
		row := a[i*stride:][:len(dst)]
		for j, x := range row {
			dst[j] += x
		}
	}
}

// accum checks what body reads, which it does not.
func accum[T Float](body func(dst, a []T, rows, stride int), dst, a []T, rows, stride int) {
	if rows > 0 {
		last := (rows - 1) * stride
		body(dst, a[:last+len(dst)], rows, stride)
	}
}
