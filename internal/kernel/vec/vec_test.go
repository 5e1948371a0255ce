package vec

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"testing"
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// eachLevel calls f with the bodies of every level that this processor has.
func eachLevel(f func(name string)) {
	defer use(cpu.AVX512, cpu.AVX2, cpu.NEON)
	for _, l := range []struct {
		name               string
		avx512, avx2, neon bool
	}{{name: "portable"}, {name: "avx2", avx2: true}, {name: "avx512", avx512: true, avx2: true}, {name: "neon", neon: true}} {
		if l.avx512 && !cpu.AVX512 || l.avx2 && !cpu.AVX2 || l.neon && !cpu.NEON {
			continue
		}
		use(l.avx512, l.avx2, l.neon)
		f(l.name)
	}
}

// levels is eachLevel with a subtest for each.
func levels(t *testing.T, f func(t *testing.T)) {
	eachLevel(func(name string) { t.Run(name, f) })
}

// specials are numbers at which formulas break.
var specials = []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, -1e-40,
	math.SmallestNonzeroFloat64, math.MaxFloat64, math.MaxFloat32, -math.MaxFloat32, 0.5, 2.5, -2.5, 88.7, -103.9, 709.4, -745.1}

// random fills a slice that ends where its memory ends, with some specials.
func random[T Float](n int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, 7))
	a := make([]T, n)
	for i := range a {
		if a[i] = T(4 * r.NormFloat64()); r.IntN(8) == 0 {
			a[i] = T(specials[r.IntN(len(specials))])
		}
	}
	return a
}

var lengths = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 67, 100, 127, 128, 129, 1000}

// ulps is how many numbers of type T lie between x and y; 0 for two NaN.
func ulps[T Float](x, y T) float64 {
	a, b := float64(x), float64(y)
	switch {
	case a != a && b != b || a == b:
		return 0
	case a != a || b != b || math.IsInf(a, 0) || math.IsInf(b, 0):
		return math.Inf(1)
	}
	_, e := math.Frexp(b)
	digits, least := 53, -1074
	if unsafe.Sizeof(x) == 4 {
		digits, least = 24, -149
	}
	return math.Abs(a-b) / math.Ldexp(1, max(e-digits, least))
}

// lost says whether both are so small that single precision cannot hold their digits.
func lost[T Float](x, y T) bool {
	return math.Abs(float64(x)) < 0x1p-126 && math.Abs(float64(y)) < 0x1p-126
}

// same checks every field of the tables whose type is F: run applies a body and
// returns its results, which may be off ulps from those of the portable body.
func same[T Float, F any](t *testing.T, tab *Loops[T], tolerance float64, run func(f F, n int) []T) {
	t.Helper()
	want := portable[T]()
	got, ref := reflect.ValueOf(tab).Elem(), reflect.ValueOf(&want).Elem()
	found := 0
	for i := range got.NumField() {
		f, ok := reflect.NewAt(got.Field(i).Type(), got.Field(i).Addr().UnsafePointer()).Elem().Interface().(F)
		if !ok {
			continue
		}
		found++
		tolerance := tolerance
		switch got.Type().Field(i).Name { // others of their type are exact
		case "pow":
			tolerance = 4
		case "geluGrad":
			tolerance = 1e4 // it cancels near −0.75
		}
		p := reflect.NewAt(ref.Field(i).Type(), ref.Field(i).Addr().UnsafePointer()).Elem().Interface().(F)
		for _, n := range lengths {
			x, y := run(f, n), run(p, n)
			for j := range y {
				if d := ulps(x[j], y[j]); !(d <= tolerance) && !lost(x[j], y[j]) {
					t.Errorf("%s of %d elements: element %d is %v, want %v (%.3g ulp)", got.Type().Field(i).Name, n, j, x[j], y[j], d)
					break
				}
			}
		}
	}
	if found == 0 {
		t.Fatal("no field of this type")
	}
}

// guarded calls f with a destination that has guard words around it, and
// returns the destination.
func guarded[T Float](n int, f func(dst []T)) []T {
	const guard = 77
	mem := make([]T, n+32)
	for i := range mem {
		mem[i] = guard
	}
	f(mem[16 : 16+n : 16+n])
	for i, x := range mem {
		if (i < 16 || i >= 16+n) && x != guard {
			panic(fmt.Sprintf("element %d beside a destination of %d was written", i-16, n))
		}
	}
	return mem[16 : 16+n]
}

func elementwise[T Float](t *testing.T, tab *Loops[T]) {
	const exact, near = 0, 4 // math functions are held to the truth elsewhere
	same(t, tab, near, func(f func(dst, a []T), n int) []T {
		a := random[T](n, 1)
		return guarded(n, func(dst []T) { f(dst, a) })
	})
	same(t, tab, near, func(f func(dst, a []T), n int) []T { // in place
		a := random[T](n, 1)
		f(a, a)
		return a
	})
	same(t, tab, exact, func(f func(dst, a, b []T), n int) []T {
		a, b := random[T](n, 1), random[T](n, 2)
		return guarded(n, func(dst []T) { f(dst, a, b) })
	})
	same(t, tab, 2e6, func(f func(dst, a []T, s T), n int) []T { // axpy cancels
		a := random[T](n, 1)
		return guarded(n, func(dst []T) { f(dst, a, 0.75) })
	})
}

func TestElementwise(t *testing.T) {
	levels(t, func(t *testing.T) {
		elementwise(t, &F32)
		elementwise(t, &F64)
	})
}

// finite are numbers without specials.
func finite[T Float](n int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, 9))
	a := make([]T, n)
	for i := range a {
		a[i] = T(r.NormFloat64())
	}
	return a
}

// close checks |x - y| ≤ tol·(1+|y|).
func near[T Float](t *testing.T, what string, x, y []T) {
	t.Helper()
	tol := 1e-14
	if unsafe.Sizeof(T(0)) == 4 {
		tol = 2e-6
	}
	for i := range y {
		a, b := float64(x[i]), float64(y[i])
		if !(math.Abs(a-b) <= tol*(1+math.Abs(b))) {
			t.Fatalf("%s, %d elements: element %d is %v, want %v", what, len(y), i, a, b)
		}
	}
}

func combined[T Float](t *testing.T, tab *Loops[T]) {
	ref := portable[T]()
	for _, n := range lengths {
		a, b, c := finite[T](n, 1), finite[T](n, 2), finite[T](n, 3)
		abc := func(f func(dst, a, b, c []T)) []T { return guarded(n, func(d []T) { f(d, a, b, c) }) }
		near(t, "fma", abc(tab.fma), abc(ref.fma))
		near(t, "lerp", abc(tab.lerp), abc(ref.lerp))
		near(t, "choose", abc(tab.choose), abc(ref.choose))
		clamp := func(l *Loops[T]) []T { return guarded(n, func(d []T) { l.clamp(d, random[T](n, 4), -1, 2) }) }
		for i, x := range clamp(tab) {
			if d := ulps(x, clamp(&ref)[i]); d != 0 {
				t.Fatalf("clamp: element %d is off %v ulp", i, d)
			}
		}
		step := func(l *Loops[T]) []T {
			p, g, m := finite[T](n, 5), finite[T](n, 6), finite[T](n, 7)
			l.sgd(p, g, 0.1, 0.01)
			momentumStep(l.momentum, p, g, m, MomentumArgs{LR: 0.1, Mu: 0.9, Dampening: 0.1, Decay: 0.01, Nesterov: n%2 == 0})
			return append(p, m...)
		}
		near(t, "optimizers", step(tab), step(&ref))
	}
}

func TestCombined(t *testing.T) {
	levels(t, func(t *testing.T) {
		combined(t, &F32)
		combined(t, &F64)
	})
}

// exactSum adds in many digits.
func exactSum[T Float](a []T, f func(i int) float64) float64 {
	s := new(big.Float).SetPrec(500)
	for i := range a {
		s.Add(s, big.NewFloat(f(i)))
	}
	x, _ := s.Float64()
	return x
}

func reductions[T Float](t *testing.T, sum, squares, abs, largest, smallest func([]T) T, dot func(a, b []T) T) {
	for _, n := range append(lengths, 1024, 1025, 5000, 100003) {
		a, b := finite[T](n, 1), finite[T](n, 2)
		x := func(i int) float64 { return float64(a[i]) }
		check := func(what string, got T, f func(i int) float64) {
			t.Helper()
			size := exactSum(a, func(i int) float64 { return math.Abs(f(i)) })
			eps := 0x1p-53
			if unsafe.Sizeof(T(0)) == 4 {
				eps = 0x1p-24
			}
			if want := exactSum(a, f); math.Abs(float64(got)-want) > 40*eps*size {
				t.Errorf("%s of %d: got %v, want %v", what, n, got, want)
			}
		}
		check("sum", sum(a), x)
		check("sum of squares", squares(a), func(i int) float64 { return x(i) * x(i) })
		check("sum of absolute values", abs(a), func(i int) float64 { return math.Abs(x(i)) })
		check("dot", dot(a, b), func(i int) float64 { return x(i) * float64(b[i]) })
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range a {
			lo, hi = min(lo, x(i)), max(hi, x(i))
		}
		if float64(largest(a)) != hi || float64(smallest(a)) != lo {
			t.Errorf("largest and smallest of %d: got %v and %v, want %v and %v", n, largest(a), smallest(a), hi, lo)
		}
		if n > 0 {
			a[n/2] = T(math.NaN())
			if x, y := largest(a), smallest(a); x == x || y == y {
				t.Errorf("largest and smallest of %d with a NaN: got %v and %v", n, x, y)
			}
		}
	}
}

func TestReductions(t *testing.T) {
	levels(t, func(t *testing.T) {
		reductions(t, F32.Sum, F32.SumSquares, F32.SumAbs, F32.MaxOf, F32.MinOf, F32.Dot)
		reductions(t, F64.Sum, F64.SumSquares, F64.SumAbs, F64.MaxOf, F64.MinOf, F64.Dot)
		for _, n := range lengths {
			a := finite[float64](n, 1)
			want := exactSum(a, func(i int) float64 { return math.Exp(a[i] - 2) })
			if got := F64.SumExpSub(a, 2); math.Abs(got-want) > 1e-13*(1+want) {
				t.Errorf("sum of exponentials of %d: got %v, want %v", n, got, want)
			}
			b := make([]float32, n)
			for i := range b {
				b[i] = float32(a[i])
			}
			if got := float64(F32.SumExpSub(b, 2)); math.Abs(got-want) > 1e-5*(1+want) {
				t.Errorf("sum of exponentials of %d: got %v, want %v", n, got, want)
			}
		}
	})
}

func rows[T Float](t *testing.T, accum func(dst, a []T, rows, stride int)) {
	for _, n := range lengths {
		for _, r := range []int{0, 1, 3, 10} {
			stride := n + 3
			a := finite[T](max(0, r*stride-3), 3)
			got := guarded(n, func(dst []T) {
				for j := range dst {
					dst[j] = T(j)
				}
				accum(dst, a, r, stride)
			})
			for j, x := range got {
				want := T(j)
				for i := range r {
					want += a[i*stride+j]
				}
				if x != want {
					t.Fatalf("%d rows of %d: column %d is %v, want %v", r, n, j, x, want)
				}
			}
		}
	}
}

func TestAccumRows(t *testing.T) {
	levels(t, func(t *testing.T) {
		rows(t, F32.AccumRows)
		rows(t, F64.AccumRows)
	})
}

// TestCuts checks that elements do not depend on where a slice is cut.
func TestCuts(t *testing.T) {
	levels(t, func(t *testing.T) {
		for _, f := range approximations {
			cuts(t, f.name, f.f32)
			cuts(t, f.name, f.f64)
		}
	})
}

func cuts[T Float](t *testing.T, name string, f func(dst, a []T)) {
	a := random[T](1000, 3)
	whole := guarded(len(a), func(dst []T) { f(dst, a) })
	parts := make([]T, len(a))
	for i := 0; i < len(a); {
		n := min(1+i%37, len(a)-i)
		copy(parts[i:], a[i:i+n])
		f(parts[i:i+n], parts[i:i+n]) // in place
		i += n
	}
	for i, x := range whole {
		if y := parts[i]; math.Float64bits(float64(x)) != math.Float64bits(float64(y)) && (x == x || y == y) {
			t.Fatalf("%s: element %d is %v, in parts %v", name, i, x, y)
		}
	}
}
