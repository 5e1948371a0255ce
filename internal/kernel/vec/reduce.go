package vec

import (
	"math"
)

// SumF32 adds all elements, pairwise: the error grows with the logarithm of the length.
func SumF32(a []float32) float32 { return sum(a) }

// SumF64 adds all elements, pairwise: the error grows with the logarithm of the length.
func SumF64(a []float64) float64 { return sum(a) }

// DotF32 is Σ a·b, pairwise.
func DotF32(a, b []float32) float32 { return dot(a, b) }

// DotF64 is Σ a·b, pairwise.
func DotF64(a, b []float64) float64 { return dot(a, b) }

// SumSquaresF32 is Σ a², pairwise.
func SumSquaresF32(a []float32) float32 { return sumSquares(a) }

// SumSquaresF64 is Σ a², pairwise.
func SumSquaresF64(a []float64) float64 { return sumSquares(a) }

// SumAbsF32 is Σ |a|, pairwise.
func SumAbsF32(a []float32) float32 { return sumAbs(a) }

// SumAbsF64 is Σ |a|, pairwise.
func SumAbsF64(a []float64) float64 { return sumAbs(a) }

// SumExpSubF32 is Σ exp(a − m), pairwise.
func SumExpSubF32(a []float32, m float32) float32 { return sumExpSub(a, m) }

// SumExpSubF64 is Σ exp(a − m), pairwise.
func SumExpSubF64(a []float64, m float64) float64 { return sumExpSub(a, m) }

// MaxOfF32 is the largest element, NaN if there is one; −Inf of none.
func MaxOfF32(a []float32) float32 { return maxOf(a) }

// MaxOfF64 is the largest element, NaN if there is one; −Inf of none.
func MaxOfF64(a []float64) float64 { return maxOf(a) }

// MinOfF32 is the smallest element, NaN if there is one; +Inf of none.
func MinOfF32(a []float32) float32 { return minOf(a) }

// MinOfF64 is the smallest element, NaN if there is one; +Inf of none.
func MinOfF64(a []float64) float64 { return minOf(a) }

// ArgMaxF32 is the index of the first largest element, of the first NaN if there is one; 0 of none.
func ArgMaxF32(a []float32) int { return argMax(a) }

// ArgMaxF64 is the index of the first largest element, of the first NaN if there is one; 0 of none.
func ArgMaxF64(a []float64) int { return argMax(a) }

// ArgMinF32 is the index of the first smallest element, of the first NaN if there is one; 0 of none.
func ArgMinF32(a []float32) int { return argMin(a) }

// ArgMinF64 is the index of the first smallest element, of the first NaN if there is one; 0 of none.
func ArgMinF64(a []float64) int { return argMin(a) }

// AllFiniteF32 says whether no element is NaN or infinite.
func AllFiniteF32(a []float32) bool { return allFinite(a) }

// AllFiniteF64 says whether no element is NaN or infinite.
func AllFiniteF64(a []float64) bool { return allFinite(a) }

// AccumRowsF32 adds rows to dst: dst[j] += Σᵢ a[i·stride + j].
func AccumRowsF32(dst, a []float32, rows, stride int) { accumRows(dst, a, rows, stride) }

// AccumRowsF64 adds rows to dst: dst[j] += Σᵢ a[i·stride + j].
func AccumRowsF64(dst, a []float64, rows, stride int) { accumRows(dst, a, rows, stride) }

// leaf is the length below which the pairwise sums add one after another, in
// eight chains that the processor runs side by side.
const leaf = 256

// pairwise folds halves until they are short. The split depends on the length
// alone.
func pairwise[T Float](a []T, short func([]T) T) T {
	if len(a) <= leaf {
		return short(a)
	}
	half := (len(a)/2 + 7) &^ 7
	return pairwise(a[:half], short) + pairwise(a[half:], short)
}

func sum[T Float](a []T) T { return pairwise(a, shortSum[T]) }

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

func sumSquares[T Float](a []T) T {
	return pairwise(a, func(a []T) T {
		var s [8]T
		for ; len(a) >= 8; a = a[8:] {
			for j := range s {
				s[j] += a[j] * a[j]
			}
		}
		for j, x := range a {
			s[j] += x * x
		}
		return shortSum(s[:])
	})
}

func sumAbs[T Float](a []T) T {
	return pairwise(a, func(a []T) T {
		var s T
		for _, x := range a {
			s += T(math.Abs(float64(x)))
		}
		return s
	})
}

func dot[T Float](a, b []T) T {
	b = b[:len(a)]
	if len(a) > leaf {
		half := (len(a)/2 + 7) &^ 7
		return dot(a[:half], b[:half]) + dot(a[half:], b[half:])
	}
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

func sumExpSub[T Float](a []T, m T) T {
	if len(a) > leaf {
		half := (len(a)/2 + 7) &^ 7
		return sumExpSub(a[:half], m) + sumExpSub(a[half:], m)
	}
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

func allFinite[T Float](a []T) bool {
	var s T
	for _, x := range a {
		s += x - x // NaN for NaN and infinities
	}
	return s == 0
}

func accumRows[T Float](dst, a []T, rows, stride int) {
	for i := range rows {
		row := a[i*stride:][:len(dst)]
		for j, x := range row {
			dst[j] += x
		}
	}
}
