package train

import (
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// This file has the iteration of Newton and Schulz that Muon needs.

// The coefficients of the iteration (Jordan 2024): they let small singular values grow as
// fast as possible, and leave others between 0.7 and 1.2.
const schulzA, schulzB, schulzC = 3.4445, -4.7750, 2.0315

// orthogonal is the memory of the iteration, for matrices of all sizes in turn. It is a job
// only to be kept from step to step.
type orthogonal[T Float] struct {
	x, y       []T // the matrix, and the next one
	gram, poly []T // A, and what X is multiplied by
	scratch    []T
	plans      map[[2]int]*schulz[T]
}

// schulz are the products of the iteration for one size of matrices.
type schulz[T Float] struct{ gram, square, apply *gemm.Plan[T] }

func (*orthogonal[T]) run(*View, int, int) {}

// room returns the memory for a matrix [rows, cols], which make takes. The first matrix of a
// size makes its plans.
func (o *orthogonal[T]) room(v *View, rows, cols int) []T {
	size, side := rows*cols, min(rows, cols)
	if o.plans[[2]int{rows, cols}] == nil {
		if o.plans == nil {
			o.plans = map[[2]int]*schulz[T]{}
		}
		p := newSchulz[T](rows, cols)
		o.plans[[2]int{rows, cols}] = p
		for _, q := range []*gemm.Plan[T]{p.gram, p.square, p.apply} {
			o.scratch = atLeast(o.scratch, q.Scratch(v.workers.Workers()))
		}
		o.x, o.y = atLeast(o.x, size), atLeast(o.y, size)
		o.gram, o.poly = atLeast(o.gram, side*side), atLeast(o.poly, side*side)
	}
	return o.x[:size]
}

// atLeast is a, or new memory if it is shorter than n.
func atLeast[T Float](a []T, n int) []T {
	if len(a) < n {
		return memory.Zeros[T](n)
	}
	return a
}

func newSchulz[T Float](rows, cols int) *schulz[T] {
	side := min(rows, cols)
	plan := func(s gemm.Spec) *gemm.Plan[T] {
		p, err := gemm.NewPlan[T](s)
		if err != nil {
			panic("train: " + err.Error()) // no size is negative
		}
		return p
	}
	p := &schulz[T]{square: plan(gemm.Spec{M: side, N: side, K: side, Alpha: schulzC, Beta: schulzB})}
	if rows <= cols {
		p.gram = plan(gemm.Spec{M: rows, N: rows, K: cols, TransB: true, Alpha: 1})
		p.apply = plan(gemm.Spec{M: rows, N: cols, K: rows, Alpha: 1})
	} else { // XᵀX on the right: the shorter side
		p.gram = plan(gemm.Spec{M: cols, N: cols, K: rows, TransA: true, Alpha: 1})
		p.apply = plan(gemm.Spec{M: rows, N: cols, K: cols, Alpha: 1})
	}
	return p
}

// make returns x: [rows, cols], which is memory of room, with singular values of about 1. The
// result is valid until the next call of room.
func (o *orthogonal[T]) make(v *View, x []T, rows, cols, iterations int) []T {
	var workers *pool.Pool
	if !v.few {
		workers = v.workers
	}
	p, side, l := o.plans[[2]int{rows, cols}], min(rows, cols), vec.Of[T]()
	gram, poly, y := o.gram[:side*side], o.poly[:side*side], o.y[:len(x)]
	l.MulS(x, x, T(1/(euclid(x)+1e-7)))
	for range iterations {
		p.gram.Run(workers, gram, x, x, o.scratch, nil)
		copy(poly, gram)
		p.square.Run(workers, poly, gram, gram, o.scratch, nil)
		for i := 0; i < len(poly); i += side + 1 {
			poly[i] += schulzA
		}
		if rows <= cols {
			p.apply.Run(workers, y, poly, x, o.scratch, nil)
		} else {
			p.apply.Run(workers, y, x, poly, o.scratch, nil)
		}
		x, y = y, x
	}
	return x
}
