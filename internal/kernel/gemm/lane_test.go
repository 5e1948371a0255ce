package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestLanes wants the bits of a thin kernel from lane kernels, whatever blocks the caches
// give them.
func TestLanes(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	for _, l := range levels() {
		if !l.avx() {
			continue
		}
		for i, d := range [][3]int{{48, 48, 64}, {64, 64, 64}, {49, 51, 65}, {53, 77, 301}, {66, 131, 513}, {100, 60, 127}, {71, 64, 1000}} {
			for _, beta := range []float64{0, 0.5} {
				s := Spec{M: d[0], N: d[1], K: d[2], TransB: true, Alpha: 1.5, Beta: beta}
				lanes(t, random[float32](r, s, 7*(i%2)), l)
				lanes(t, random[float64](r, s, 7*(i%2)), l)
			}
		}
	}
}

func lanes[T Float](t *testing.T, o operands[T], l level) {
	t.Helper()
	plan := func(lanes bool) *Plan[T] {
		p, err := newPlan[T](o.s, l)
		if err != nil {
			t.Fatal(err)
		}
		if c := &p.choice; lanes && !c.lanes {
			c.lanesOf(p.spec)
		} else if !lanes {
			*c = choice{level: l, size: c.size, width: c.width, nr: c.nr, mr: c.mr, mc: c.mc, thinCols: c.thinCols, thin: true, kc: 1, padEdge: c.padEdge}
		}
		return p
	}
	want := append([]T(nil), o.c...)
	plan(false).Run(nil, want, o.a, o.b, nil, nil)
	p := plan(true)
	for _, packA := range []bool{true, p.size == 8 || o.s.K%p.width != 0} {
		for _, mc := range []int{laneRows, p.mc} {
			for _, w := range pools {
				c := append([]T(nil), o.c...)
				p.packA, p.mc = packA, mc
				p.Run(w, c, o.a, o.b, nil, nil)
				sameBits(t, fmt.Sprintf("%T %v %+v, A packed %v, %d rows, %d workers", *new(T), l, o.s, packA, mc, w.Workers()), c, want)
			}
		}
	}
}
