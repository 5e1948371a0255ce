package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestThinBlocks wants the same bits whatever blocks the caches give a thin kernel, with
// rows of A copied or not, on one worker and on several.
func TestThinBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for _, l := range levels() {
		if !l.avx() {
			continue
		}
		for i, d := range [][3]int{{25, 17, 300}, {26, 16, 128}, {37, 50, 301}, {66, 131, 513}, {300, 64, 260}} {
			for _, beta := range []float64{0, 0.5} {
				s := Spec{M: d[0], N: d[1], K: d[2], TransB: true, Alpha: 1.5, Beta: beta}
				thinBlocks(t, random[float32](r, s, 7*(i%2)), l)
				thinBlocks(t, random[float64](r, s, 7*(i%2)), l)
			}
		}
	}
}

func thinBlocks[T Float](t *testing.T, o operands[T], l level) {
	t.Helper()
	run := func(w *pool.Pool, change func(p *Plan[T])) []T {
		p, err := newPlan[T](o.s, l)
		if err != nil {
			t.Fatal(err)
		}
		if !p.thin || p.flip {
			return nil
		}
		change(p)
		c := append([]T(nil), o.c...)
		p.Run(w, c, o.a, o.b, nil, nil)
		return c
	}
	want := run(nil, func(p *Plan[T]) { p.thinDeep, p.thinCopy = 0, 0 })
	if want == nil {
		t.Fatalf("%v %+v: it is not computed as dot products of rows", l, o.s)
	}
	w := pool.New(3)
	defer w.Close()
	for _, deep := range []int{64, 128, o.s.K} {
		for _, wide := range []int{1, 7} {
			for _, copies := range []bool{false, true} {
				for _, w := range []*pool.Pool{nil, w} {
					got := run(w, func(p *Plan[T]) {
						p.thinDeep, p.thinWide, p.thinCopy = deep, wide*p.thinCols, 0
						if copies {
							p.thinCopy = roundUp(deep, line/p.size)
						}
					})
					sameBits(t, fmt.Sprintf("%T %v %+v in blocks of %d terms and %d groups, copies %v, %d workers", *new(T), l, o.s, deep, wide, copies, w.Workers()), got, want)
				}
			}
		}
	}
}
