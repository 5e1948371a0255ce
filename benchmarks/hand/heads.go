package hand

import (
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// Heads is a product c = Alpha·op(a)·op(b) for each head of each example: op(a): [M, K],
// op(b): [K, N]. A, B and C say where these matrices lie within a, b and c.
type Heads struct {
	Examples, Heads int
	TransA, TransB  bool
	M, N, K         int
	Alpha           float64
	A, B, C         Layout
}

// Layout has the distances, in elements, from a row of a matrix to the next row, from a
// head to the next and from an example to the next.
type Layout struct{ Row, Head, Example int }

// Count is the number of products.
func (h *Heads) Count() int { return h.Examples * h.Heads }

// At are where the matrices of product i start.
func (h *Heads) At(i int) (a, b, c int) {
	example, head := i/h.Heads, i%h.Heads
	at := func(l Layout) int { return example*l.Example + head*l.Head }
	return at(h.A), at(h.B), at(h.C)
}

func plainHeads[T Float](h *Heads, a, b, c []T) {
	for i := range h.Count() {
		a0, b0, c0 := h.At(i)
		plainProduct(h.TransA, h.TransB, h.M, h.N, h.K, T(h.Alpha), a[a0:], h.A.Row, b[b0:], h.B.Row, 0, c[c0:], h.C.Row)
	}
}

func gonumHeads[T Float](h *Heads, a, b, c []T) {
	for i := range h.Count() {
		a0, b0, c0 := h.At(i)
		gonumProduct(h.TransA, h.TransB, h.M, h.N, h.K, T(h.Alpha), a[a0:], h.A.Row, b[b0:], h.B.Row, 0, c[c0:], h.C.Row)
	}
}

// bestHeads multiplies with this project's products. Each worker takes products of its own.
func bestHeads[T Float](threads int) func(h *Heads, a, b, c []T) {
	type plan struct {
		p       *gemm.Plan[T]
		scratch [][]T // of each worker
	}
	var (
		w       = pool.Of(threads)
		plans   = map[*Heads]*plan{}
		now     *plan // what the workers do, so that a call makes no closure
		h       *Heads
		a, b, c []T
	)
	one := func(worker, i int) {
		a0, b0, c0 := h.At(i)
		now.p.Run(nil, c[c0:], a[a0:], b[b0:], now.scratch[worker], nil)
	}
	return func(of *Heads, x, y, z []T) {
		if now = plans[of]; now == nil {
			p, err := gemm.NewPlan[T](gemm.Spec{M: of.M, N: of.N, K: of.K, TransA: of.TransA, TransB: of.TransB,
				LDA: of.A.Row, LDB: of.B.Row, LDC: of.C.Row, Alpha: of.Alpha})
			if err != nil {
				panic(err) // sizes come from a checked Spec
			}
			now = &plan{p: p}
			for range w.Workers() {
				now.scratch = append(now.scratch, make([]T, p.Scratch(1)))
			}
			plans[of] = now
		}
		h, a, b, c = of, x, y, z
		w.Run(of.Count(), one)
	}
}
