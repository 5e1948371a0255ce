package gemm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// TestCaches wants the same bits whatever caches the processor has.
func TestCaches(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	for _, d := range [][3]int{{130, 70, 600}, {300, 200, 90}, {20, 900, 40}, {9, 600, 8}, {1, 45, 300}, {64, 64, 64}} {
		for trans := range 4 {
			s := Spec{M: d[0], N: d[1], K: d[2], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1.5, Beta: 0.5}
			for _, l := range levels() {
				if l != portable {
					caches(t, random[float32](r, s, 0), l)
					caches(t, random[float64](r, s, 0), l)
				}
			}
		}
	}
}

func caches[T Float](t *testing.T, o operands[T], l level) {
	t.Helper()
	l1, l2 := cpu.L1, cpu.L2
	defer func() { cpu.L1, cpu.L2 = l1, l2 }()
	var first []T
	for _, size := range [][2]int{{32 << 10, 1 << 20}, {8 << 10, 64 << 10}, {48 << 10, 2 << 20}, {128 << 10, 16 << 20}} {
		cpu.L1, cpu.L2 = size[0], size[1]
		p, err := newPlan[T](o.s, l)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range pools[:2] {
			c := append([]T(nil), o.c...)
			p.Run(w, c, o.a, o.b, nil, nil)
			if first == nil {
				first = c
			}
			sameBits(t, fmt.Sprintf("%T %v %+v, caches of %d bytes, %d workers", *new(T), l, o.s, size, w.Workers()), c, first)
		}
	}
}
