package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestPackBlock wants each element of a block of A at its place in the strips, and nothing
// written behind them.
func TestPackBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for _, l := range levels() {
		for _, d := range [][4]int{{5, 3, 0, 5}, {40, 21, 0, 40}, {47, 16, 6, 47}, {64, 3, 0, 48}, {61, 8, 8, 61}} {
			for _, trans := range []bool{false, true} {
				s := Spec{M: d[0], K: d[1] + 9, N: 1000, TransA: trans, Alpha: 1}
				packBlock[float32](t, r, s, l, d[1], d[2], d[3])
				packBlock[float64](t, r, s, l, d[1], d[2], d[3])
			}
		}
	}
}

func packBlock[T Float](t *testing.T, r *rand.Rand, s Spec, l level, depth, i0, i1 int) {
	t.Helper()
	o := random[T](r, s, 3)
	p, err := newPlan[T](o.s, l)
	if err != nil {
		t.Fatal(err)
	}
	const guard, k0 = 12345, 4
	dst := make([]T, ceil(i1-i0, p.mr)*p.stripStep(depth)+1)
	dst[len(dst)-1] = guard
	rs, cs, tile := p.packBlock(dst[:len(dst)-1], o.a, i0, i1, k0, k0+depth)
	strideRow, strideColumn := p.spec.strideA()
	for i := i0; i < i1; i++ {
		for k := range depth {
			got := dst[(i-i0)/p.mr*tile+(i-i0)%p.mr*rs+k*cs]
			if want := o.a[i*strideRow+(k0+k)*strideColumn]; got != want {
				t.Fatalf("%T %v %+v: element %d, %d is %v, want %v", *new(T), l, s, i, k, got, want)
			}
		}
	}
	if dst[len(dst)-1] != guard {
		t.Errorf("%T %v %+v: something is written behind the strips", *new(T), l, s)
	}
}

// TestKept packs a B that is kept, in broad panels for one row: the bits are those of B as it lies.
func TestKept(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, n := range []int{17, 33, 64, 65, 100, 128, 129, 150, 161, 200, 300, 512, 1000} {
		for _, m := range []int{1, 2, 5, 8, 13} {
			s := Spec{M: m, N: n, K: 12 + r.IntN(800), Kept: true, Alpha: 1, LDB: n + 3*r.IntN(2)}
			both(t, r, s, 0)
			kept[float32](t, r, s)
			kept[float64](t, r, s)
		}
	}
}

func kept[T Float](t *testing.T, r *rand.Rand, s Spec) {
	t.Helper()
	o := random[T](r, s, 0)
	for _, l := range levels() {
		var c [2][]T
		for i := range c {
			s.Kept = i > 0
			p, err := newPlan[T](s, l)
			if err != nil {
				t.Fatal(err)
			}
			packed := make([]T, p.PackedSize())
			p.PackB(o.b, packed)
			c[i] = make([]T, s.M*s.N)
			if s.Kept {
				p.RunPacked(pools[1], c[i], o.a, packed, nil, nil)
			} else {
				p.Run(nil, c[i], o.a, o.b, nil, nil)
			}
		}
		sameBits(t, fmt.Sprintf("%T %v %+v", T(0), l, s), c[1], c[0])
	}
}
