package vec

import "math"

// Softmax is eᵃ/Σeᵃ. With NaN or +Inf there is NaN, as there is of −Inf alone.
func (l *Loops[T]) Softmax(dst, a []T) {
	a = a[:len(dst)]
	if top := l.topOf(a); isFinite(top) {
		l.mulS(dst, dst, 1/l.expSums(dst, a, top))
		return
	}
	l.exp(dst, a)
	l.divS(dst, dst, l.Sum(dst))
}

// Weigh is aₖ·Σⱼ aⱼ·(dₖ − dⱼ), which is a·(d·Σa − Σ d·a): of a softmax a it makes the gradient. It sums
// differences to the element of the largest a: where nearly all weight is there, what the others add is not
// lost.
func (l *Loops[T]) Weigh(dst, a, d []T) {
	a, d = a[:len(dst)], d[:len(dst)]
	if len(a) > 0 {
		t := d[l.Find(a, l.topOf(a))]
		l.weigh(dst, a, d, t, l.Sum(a), dotLessHalves(a, d, t, l.dotLess))
	}
}

// Find is the index of the first element that equals x; 0 if none does.
func (l *Loops[T]) Find(a []T, x T) int {
	for i := l.seek(a, x); i < len(a); i++ {
		if a[i] == x {
			return i
		}
	}
	return 0
}

// expSums is expSum, pairwise.
func (l *Loops[T]) expSums(dst, a []T, top T) T {
	if len(a) <= leaf {
		return l.expSum(dst, a, top)
	}
	h := half(len(a))
	return l.expSums(dst[:h], a[:h], top) + l.expSums(dst[h:], a[h:], top)
}

func dotLessHalves[T Float](a, b []T, s T, short func(a, b []T, s T) T) T {
	if len(a) <= leaf {
		return short(a, b, s)
	}
	h := half(len(a))
	return dotLessHalves(a[:h], b[:h], s, short) + dotLessHalves(a[h:], b[h:], s, short)
}

// expLift is the power of 2 by which the results of expSum are larger than powers of e: these are normal
// numbers then, with all their digits.
const expLift = 64

func expSum[T Float](dst, a []T, s T) T {
	for i, x := range a {
		dst[i] = T(math.Ldexp(math.Exp(float64(x-s)), expLift))
	}
	return shortSum(dst)
}

func topOf[T Float](a []T) T {
	top := T(math.Inf(-1))
	for _, x := range a {
		if x > top {
			top = x
		}
	}
	return top
}

func dotLess[T Float](a, b []T, s T) T {
	var sum T
	for i, x := range a {
		sum += x * (b[i] - s)
	}
	return sum
}

func weigh[T Float](dst, a, b []T, t, w, u T) {
	for i, x := range a {
		dst[i] = x * ((b[i]-t)*w - u)
	}
}

func seek[T Float](a []T, s T) int {
	for i, x := range a {
		if x == s {
			return i
		}
	}
	return len(a)
}
