package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// levels returns the levels that this machine can run.
func levels() []level {
	l := []level{portable}
	if assembly && cpu.AVX2 {
		l = append(l, avx2)
	}
	if assembly && cpu.AVX512 {
		l = append(l, avx512)
	}
	if assembly && cpu.NEON {
		l = append(l, neon)
	}
	return l
}

func (l level) String() string { return [...]string{"portable", "avx2", "avx512", "neon"}[l] }

// operands of a product, with distances between rows that may exceed them.
type operands[T Float] struct {
	s       Spec
	a, b, c []T
}

// filled returns random values; those not in the matrix are NaN.
func filled[T Float](r *rand.Rand, rows, cols, ld int) []T {
	n := stored(rows, cols, ld, false)
	x := make([]T, n)
	for i := range x {
		x[i] = T(math.NaN())
		if i%ld < cols {
			x[i] = T(r.NormFloat64())
		}
	}
	return x
}

func swapIf(t bool, x, y int) (int, int) {
	if t {
		return y, x
	}
	return x, y
}

// random returns operands for the Spec; slack is added to the distances.
func random[T Float](r *rand.Rand, s Spec, slack int) operands[T] {
	o := operands[T]{s: s}
	ra, ca := swapIf(s.TransA, s.M, s.K)
	rb, cb := swapIf(s.TransB, s.K, s.N)
	if slack > 0 {
		o.s.LDA, o.s.LDB, o.s.LDC = ca+r.IntN(slack), cb+r.IntN(slack), s.N+r.IntN(slack)
	}
	o.a = filled[T](r, ra, ca, max(o.s.LDA, ca))
	o.b = filled[T](r, rb, cb, max(o.s.LDB, cb))
	o.c = filled[T](r, s.M, s.N, max(o.s.LDC, s.N))
	return o
}

// want returns the product in float64 and, for each element, the sum of the
// magnitudes, to which rounding errors are proportional.
func (o *operands[T]) want() (c, mag []float64) {
	s := o.s
	if s.LDA == 0 {
		_, s.LDA = swapIf(s.TransA, s.M, s.K)
	}
	if s.LDB == 0 {
		_, s.LDB = swapIf(s.TransB, s.K, s.N)
	}
	ldc := max(s.LDC, s.N)
	c, mag = make([]float64, len(o.c)), make([]float64, len(o.c))
	for i := range c {
		c[i] = float64(o.c[i])
	}
	for i := range s.M {
		for j := range s.N {
			var sum, m float64
			for k := range s.K {
				ia, ib := i*s.LDA+k, k*s.LDB+j
				if s.TransA {
					ia = k*s.LDA + i
				}
				if s.TransB {
					ib = j*s.LDB + k
				}
				v := s.Alpha * float64(o.a[ia]) * float64(o.b[ib])
				sum, m = sum+v, m+math.Abs(v)
			}
			if s.Beta != 0 {
				v := s.Beta * float64(o.c[i*ldc+j])
				sum, m = sum+v, m+math.Abs(v)
			}
			c[i*ldc+j], mag[i*ldc+j] = sum, m
		}
	}
	return c, mag
}

// epsilon returns the rounding unit of T.
func epsilon[T Float]() float64 {
	if unsafe.Sizeof(T(0)) == 4 {
		return 0x1p-24
	}
	return 0x1p-53
}

// compare fails unless got is within the rounding error of want, and equal to
// it bit for bit (NaN for NaN) where nothing was to be written.
func compare[T Float](t *testing.T, what string, got []T, want, mag []float64, k int) {
	t.Helper()
	for i, w := range want {
		tol := mag[i] * epsilon[T]() * float64(k+4)
		if d := math.Abs(float64(got[i]) - w); !(d <= tol) && !(got[i] != got[i] && w != w) {
			t.Errorf("%s: element %d is %v, want %v within %v", what, i, got[i], w, tol)
			return
		}
	}
}

// sameBits fails unless both are equal, NaN for NaN.
func sameBits[T Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i := range want {
		if math.Float64bits(float64(got[i])) != math.Float64bits(float64(want[i])) && !(got[i] != got[i] && want[i] != want[i]) {
			t.Errorf("%s: element %d is %v, want the same bits as %v", what, i, got[i], want[i])
			return
		}
	}
}

var pools = []*pool.Pool{nil, pool.New(2), pool.New(3), pool.New(5)}

// guard stands after the elements of C.
const guard = 77

// verify runs the product at every level, on pools of several sizes (two of them
// in short tests), with B packed and not, and checks values, bits and that post
// covers C once.
func verify[T Float](t *testing.T, o operands[T]) {
	t.Helper()
	want, mag := o.want()
	pools := pools
	if testing.Short() {
		pools = pools[:2]
	}
	for _, l := range levels() {
		p, err := newPlan[T](o.s, l)
		if err != nil {
			t.Fatal(err)
		}
		packed := make([]T, p.PackedSize())
		p.PackB(o.b, packed)
		var first []T
		for i, w := range pools {
			c, hits := append(append([]T(nil), o.c...), guard, guard, guard, guard, guard, guard, guard, guard), make([]int, len(o.c))
			scratch := make([]T, p.Scratch(w.Workers()))
			for k := range scratch {
				scratch[k] = T(math.NaN())
			}
			post := func(worker, i0, i1, j0, j1 int) {
				for r := i0; r < i1; r++ {
					for q := j0; q < j1; q++ {
						hits[r*max(o.s.LDC, o.s.N)+q]++
					}
				}
			}
			what := fmt.Sprintf("%T %v %d workers %+v", *new(T), l, w.Workers(), o.s)
			if i%2 == 0 {
				p.Run(w, c, o.a, o.b, scratch, post)
			} else {
				p.RunPacked(w, c, o.a, packed, scratch, post)
			}
			for _, x := range c[len(o.c):] {
				if x != guard {
					t.Fatalf("%s: wrote after C", what)
				}
			}
			c = c[:len(o.c)]
			if first == nil {
				first = c
				compare(t, what, c, want, mag, o.s.K)
			}
			sameBits(t, what, c, first)
			for k, n := range hits {
				if inside := k%max(o.s.LDC, o.s.N, 1) < o.s.N; (n == 1) != inside || n > 1 {
					t.Fatalf("%s: post covered element %d %d times", what, k, n)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

// both verifies the Spec for both element types.
func both(t *testing.T, r *rand.Rand, s Spec, slack int) {
	t.Helper()
	verify(t, random[float32](r, s, slack))
	verify(t, random[float64](r, s, slack))
}

// TestEdges covers every remainder around the tile sizes.
func TestEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for m := 1; m <= 18; m++ {
		for n := 1; n <= 70; n += 1 + m%3 {
			s := Spec{M: m, N: n, K: 1 + r.IntN(9), TransA: r.IntN(2) == 0, TransB: r.IntN(2) == 0, Alpha: 1, Beta: float64(r.IntN(2))}
			both(t, r, s, 3)
			if t.Failed() {
				return
			}
		}
	}
}

// TestShapes covers the shapes of perceptrons and all paths of the rule.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, d := range [][3]int{{32, 10, 64}, {64, 64, 64}, {32, 64, 64}, {32, 128, 784}, {129, 130, 400}, {240, 140, 300},
		{1, 200, 500}, {2, 64, 300}, {3, 65, 100}, {200, 1, 130}, {1, 1, 1000}, {5, 1, 1}, {150, 600, 20},
		{37, 300, 5}, {4, 6500, 1}, {9, 1100, 8}, {6, 129, 3}, {8, 200, 10}, {5, 140, outerDepth}, {5, 140, outerDepth + 1}, {1, 400, 4}} {
		for trans := range 4 {
			both(t, r, Spec{M: d[0], N: d[1], K: d[2], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1.5, Beta: float64(trans) / 4}, 5*(trans%2))
		}
	}
}

// TestNarrow covers the numbers of columns, remainders of rows and sums of a part of
// a vector, and of more than one block, of products with few columns.
func TestNarrow(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for n := 2; n <= narrowCols+1; n++ {
		for trans := range 4 {
			for _, d := range [][2]int{{1 + r.IntN(3), 60 + r.IntN(90)}, {1 + r.IntN(3), 127 + r.IntN(18)}, {4 + r.IntN(4), 60 + r.IntN(90)}, {12 + r.IntN(12), 128}, {turnedRows + 1 + r.IntN(20), 64 + r.IntN(20)}, {9, 700}} {
				both(t, r, Spec{M: d[0], N: n, K: d[1], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1.5, Beta: float64(r.IntN(2)) / 2}, 4*r.IntN(2))
			}
		}
	}
}

// TestFar covers products whose B is in no cache of the processor's own, and those
// whose C is not.
func TestFar(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	rows := []int{1, 2, 3, 4, 5, 7, 8, 9, 13, 20}
	if testing.Short() {
		rows = []int{1, 4, 7, 20}
	}
	for i, m := range rows {
		s := Spec{M: m, N: 1037, K: 523, TransA: i&1 != 0, Alpha: 0.5, Beta: float64(r.IntN(2))}
		both(t, r, s, 8*r.IntN(2))
	}
	both(t, r, Spec{M: 9, N: 523, K: 1037, TransB: true, Alpha: 1}, 0)
	both(t, r, Spec{M: 18, N: 523, K: 1037, TransB: true, Alpha: 1}, 0)
	both(t, r, Spec{M: someRows + 1, N: 53, K: 1030, TransB: true, Alpha: 1, Beta: 1}, 0)
	both(t, r, Spec{M: 1037, N: 523, K: 3, Alpha: 1, Beta: 1}, 0)
	both(t, r, Spec{M: 1037, N: 523, K: 14, Alpha: 1, Beta: 1}, 5)
}

// TestRowsAlone wants the bits of a row whatever the others are, from Run and from RunPacked, and nothing
// written behind C. Where the bits may depend on the number of rows, Rows says how many there are.
func TestRowsAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, d := range [][2]int{{1, 100}, {1, 5}, {2, 100}, {3, 400}, {7, 130}, {10, 90}, {10, 20}, {11, 713}, {40, 300}, {41, 40}, {50, 100}, {81, 40}, {130, 4}, {161, 40}} {
		for trans := range 4 {
			for _, m := range []int{2, 3, 9, 15, turnedLeast, 61} {
				s := Spec{M: m, N: d[0], K: d[1], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1}
				for kind := range 4 {
					s.Free, s.Kept = kind&1 > 0, kind&2 > 0
					for _, l := range levels() {
						rowsAlone[float32](t, random[float32](r, s, 0), l)
						rowsAlone[float64](t, random[float64](r, s, 0), l)
					}
				}
			}
		}
	}
}

// rowsAlone compares the product with those of some of its rows.
func rowsAlone[T Float](t *testing.T, o operands[T], l level) {
	t.Helper()
	run := func(s Spec, a []T) []T {
		p, err := newPlan[T](s, l)
		if err != nil {
			t.Fatal(err)
		}
		n := s.M * s.N
		c := make([]T, n+2*broadVecs*p.width)
		for i := range c {
			c[i] = 7
		}
		behind := append([]T(nil), c[n:]...)
		p.Run(nil, c[:n], a, o.b, nil, nil)
		sameBits(t, fmt.Sprintf("%T %v behind C of %+v", *new(T), l, s), c[n:], behind)
		if s.Kept {
			packed, again := make([]T, p.PackedSize()), make([]T, n)
			p.PackB(o.b, packed)
			p.RunPacked(nil, again, a, packed, nil, nil)
			sameBits(t, fmt.Sprintf("%T %v packed, %+v", *new(T), l, s), again, c[:n])
		}
		return c[:n]
	}
	all := run(o.s, o.a)
	for i, m := 0, 1; i+m <= o.s.M; i, m = i+m, m+2 {
		s, a := o.s, o.a
		s.M = m
		if s.TransA || s.TransB && s.Free && !s.Kept {
			s.Rows = o.s.M
		}
		if s.TransA {
			s.LDA, a = o.s.M, a[i:]
		} else {
			a = a[i*s.K:]
		}
		sameBits(t, fmt.Sprintf("%T %v rows %d to %d of %+v", *new(T), l, i, i+m, o.s), run(s, a), all[i*s.N:(i+m)*s.N])
	}
}

// TestRandom draws everything.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 250 {
		size := func() int { return r.IntN(1 << (1 + r.IntN(8))) }
		s := Spec{M: size(), N: size(), K: size(), TransA: r.IntN(2) == 0, TransB: r.IntN(2) == 0,
			Alpha: float64(r.IntN(5)-2) / 2, Beta: float64(r.IntN(5)-2) / 2}
		both(t, r, s, r.IntN(2)*9)
		if t.Failed() {
			return
		}
	}
}
