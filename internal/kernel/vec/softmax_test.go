package vec

import (
	"math"
	"testing"
	"unsafe"
)

// rowLengths are lengths of one part and of several.
var rowLengths = append(lengths[1:len(lengths):len(lengths)], 1024, 1025, 5000)

// epsOf is half of the distance of 1 to the next number.
func epsOf[T Float]() float64 {
	if unsafe.Sizeof(T(0)) == 4 {
		return 0x1p-24
	}
	return 0x1p-53
}

// softmaxOf is the softmax of float64 numbers, of differences that are rounded as T rounds them.
func softmaxOf[T Float](a []T) []float64 {
	top := T(math.Inf(-1))
	for _, x := range a {
		top = max(top, x)
	}
	y := make([]float64, len(a))
	for i, x := range a {
		y[i] = math.Exp(float64(x - top))
	}
	sum := exactSum(y, func(i int) float64 { return y[i] })
	for i := range y {
		y[i] /= sum
	}
	return y
}

func softmaxes[T Float](t *testing.T, l *Loops[T]) {
	least := 0x1p-149
	if unsafe.Sizeof(T(0)) == 8 {
		least = 0x1p-1074
	}
	for _, n := range rowLengths {
		for _, spread := range []float64{0.01, 3, 60, 1000} {
			a := finite[T](n, 1)
			for i := range a {
				a[i] = T(spread)*a[i] + 5
			}
			got := guarded(n, func(dst []T) { l.Softmax(dst, a) })
			for i, w := range softmaxOf(a) {
				if off := math.Abs(float64(got[i]) - w); !(off <= 10*epsOf[T]()*w+least) {
					t.Fatalf("%d elements of about %g: element %d is %v, want %v", n, spread, i, got[i], w)
				}
			}
			l.Softmax(a, a)
			for i, x := range got {
				if a[i] != x {
					t.Fatalf("%d elements in place: element %d is %v, want %v", n, i, a[i], x)
				}
			}
		}
	}
}

func softmaxEnds[T Float](t *testing.T, l *Loops[T]) {
	inf, nan := T(math.Inf(1)), T(math.NaN())
	for _, c := range []struct{ a, want []T }{
		{[]T{}, []T{}},
		{[]T{7}, []T{1}},
		{[]T{-inf, 1, -inf, 1}, []T{0, 0.5, 0, 0.5}},
		{[]T{-1e30, 1e30}, []T{0, 1}},
		{[]T{-inf, -inf}, []T{nan, nan}},
		{[]T{inf, 1}, []T{nan, 0}},
		{[]T{nan, 1, -1}, []T{nan, nan, nan}},
		{[]T{1, -1, nan}, []T{nan, nan, nan}},
		{[]T{nan, -inf}, []T{nan, nan}},
	} {
		got := guarded(len(c.a), func(dst []T) { l.Softmax(dst, c.a) })
		for i, w := range c.want {
			if got[i] != w && (got[i] == got[i] || w == w) {
				t.Errorf("softmax of %v: got %v, want %v", c.a, got, c.want)
				break
			}
		}
	}
}

func TestSoftmax(t *testing.T) {
	levels(t, func(t *testing.T) {
		softmaxes(t, &F32)
		softmaxes(t, &F64)
		softmaxEnds(t, &F32)
		softmaxEnds(t, &F64)
	})
}

func weighs[T Float](t *testing.T, l *Loops[T]) {
	for _, n := range append(lengths, 1025) {
		d := finite[T](n, 2)
		a := guarded(n, func(dst []T) { l.Softmax(dst, finite[T](n, 1)) })
		got := guarded(n, func(dst []T) { l.Weigh(dst, a, d) })
		for k, w := range a {
			sum, size := 0.0, 0.0
			for j := range a {
				x := float64(w) * float64(a[j]) * (float64(d[k]) - float64(d[j]))
				sum, size = sum+x, size+math.Abs(x)
			}
			if !(math.Abs(float64(got[k])-sum) <= 100*epsOf[T]()*size) { // what is wanted is a sum of rounded numbers too
				t.Fatalf("%d elements: element %d is %v, want %v", n, k, got[k], sum)
			}
		}
	}
	// Nearly all weight at one element: its gradient is what the others add.
	got := guarded(3, func(dst []T) { l.Weigh(dst, []T{1e-30, 1, 1e-20}, []T{5, 3, 2}) })
	for k, w := range []float64{2e-30, 1e-20, -1e-20} {
		if !(math.Abs(float64(got[k])-w) <= 1e-6*math.Abs(w)) {
			t.Errorf("gradient of a saturated softmax: element %d is %v, want %v", k, got[k], w)
		}
	}
	l.Weigh(nil, nil, nil)
}

func TestWeigh(t *testing.T) {
	levels(t, func(t *testing.T) {
		weighs(t, &F32)
		weighs(t, &F64)
	})
}

func finds[T Float](t *testing.T, l *Loops[T]) {
	for _, n := range rowLengths {
		a := make([]T, n)
		for _, at := range []int{0, n / 2, n - 1} {
			a[at] = 3
			a[n-1] = 3
			if got := l.Find(a, 3); got != at {
				t.Fatalf("%d elements: found the element %d, want %d", n, got, at)
			}
			clear(a)
		}
		if got := l.Find(a, T(math.NaN())); got != 0 {
			t.Fatalf("%d elements: found the element %d, want 0 for none", n, got)
		}
	}
}

func TestFind(t *testing.T) {
	levels(t, func(t *testing.T) {
		finds(t, &F32)
		finds(t, &F64)
	})
}
