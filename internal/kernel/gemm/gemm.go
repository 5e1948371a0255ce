// Package gemm multiplies dense row-major matrices.
//
// It owns the plan of a product (which kernel, which blocks, what is packed),
// the packing, the kernels in Go and in assembly and how a product is spread
// over a pool of workers. It does not own memory: callers bring the operands
// and the scratch. Importers: the executors and the kernels built on products.
//
// The blocking follows Goto and van de Geijn, "Anatomy of High-Performance
// Matrix Multiplication" (ACM TOMS 34, 2008), and the register tiles of Van
// Zee and van de Geijn, "BLIS" (ACM TOMS 41, 2015).
package gemm

import (
	"fmt"
	"sync"
	"unsafe"
)

// Float is the element type of a product.
type Float interface{ ~float32 | ~float64 }

// Spec describes C = Alpha·op(A)·op(B) + Beta·C with row-major matrices:
// op(A): [M, K], op(B): [K, N], C: [M, N].
type Spec struct {
	// M, N and K are the sizes; each may be 0.
	M, N, K int
	// Unless A is transposed, an element of C has the same bits whatever M is, and whether
	// B is kept or not. Free lets M decide the order of a sum where B is not kept, which
	// makes products of few rows with TransB faster.
	Free bool
	// Rows, if more than M, says that op(A) is some of so many rows: they get the bits
	// that they have in the product of all.
	Rows int
	// Kept says that PackB packs B once for many runs, so that it may take long.
	Kept bool
	// TransA says that A is stored as [K, M] and op(A) is its transpose;
	// otherwise A is stored as [M, K].
	TransA bool
	// TransB says that B is stored as [N, K] and op(B) is its transpose;
	// otherwise B is stored as [K, N].
	TransB bool
	// LDA, LDB and LDC are the distances between rows as stored, in elements;
	// 0 means dense, the length of a row.
	LDA, LDB, LDC int
	// Alpha scales the product. With 0 neither A nor B is read.
	Alpha float64
	// Beta scales the old C. With 0 the old C is not read.
	Beta float64
}

// Post is called with the number of the worker and a finished tile of C, rows
// [i0, i1) and columns [j0, j1), right after its last write and on the worker
// that made it. The tiles of one Run cover each element exactly once. Calls
// may come from several workers at once; each may read and write its own tile.
type Post func(worker, i0, i1, j0, j1 int)

// Plan is a product of fixed sizes, made ready once. It may be shared: any
// number of goroutines may run one plan at once with operands of their own.
//
// The value of each element of C depends on the operands, the Spec and the
// vector level of the processor alone, never on the number of workers.
type Plan[T Float] struct {
	asked Spec // with the distances filled in
	spec  Spec // what is computed: asked, or its transpose
	flip  bool // spec is the transpose of asked: C has few columns
	choice
	long *long[T] // not nil: it is computed in chunks
	mu   sync.Mutex
	free []*job[T] // jobs for runs on several workers
}

// NewPlan prepares the product. It fails on a negative size and on a distance
// between rows that is shorter than the row.
func NewPlan[T Float](s Spec) (*Plan[T], error) { return newPlan[T](s, best()) }

// newPlan is NewPlan for the given vector level.
func newPlan[T Float](s Spec, l level) (*Plan[T], error) {
	if s.M < 0 || s.N < 0 || s.K < 0 {
		return nil, fmt.Errorf("gemm: the sizes M=%d, N=%d, K=%d must not be negative", s.M, s.N, s.K)
	}
	widthA, widthB := s.K, s.N
	if s.TransA {
		widthA = s.M
	}
	if s.TransB {
		widthB = s.K
	}
	for _, d := range []struct {
		name  string
		ld    *int
		width int
	}{{"LDA", &s.LDA, widthA}, {"LDB", &s.LDB, widthB}, {"LDC", &s.LDC, s.N}} {
		if *d.ld == 0 {
			*d.ld = d.width
		}
		if *d.ld < d.width {
			return nil, fmt.Errorf("gemm: %s is %d, shorter than a stored row of %d elements", d.name, *d.ld, d.width)
		}
	}
	s.Free = s.Free || s.TransA
	p := &Plan[T]{asked: s, spec: s}
	size := int(unsafe.Sizeof(T(0)))
	column, few := s.N == 1 && s.LDC == 1, narrow(s, l, size)
	slim := few && slim(s, l)
	if column || few && !slim {
		p.flip = true
		p.spec = Spec{M: s.N, N: s.M, K: s.K, TransA: !s.TransB, TransB: !s.TransA,
			LDA: s.LDB, LDB: s.LDA, LDC: s.M, Alpha: s.Alpha, Beta: s.Beta, Free: true}
	}
	p.choice = choose(p.spec, l, size)
	switch {
	case slim:
		p.slims()
	case few:
		p.transpose()
	}
	var err error
	p.long, err = newLong(p, l)
	return p, err
}

// Rows is the product of m of the rows of op(A), for RunPacked with a B that p has
// packed.
func (p *Plan[T]) Rows(m int) *Plan[T] {
	if p.flip || p.dots || p.thin || p.slim || p.long != nil || p.asked.TransA || m == p.asked.M {
		return p
	}
	q := &Plan[T]{asked: p.asked, spec: p.spec, choice: p.choice}
	q.asked.M, q.spec.M = m, m
	return q
}

// Flops returns the number of floating-point operations, 2·M·N·K.
func (p *Plan[T]) Flops() int { return 2 * p.asked.M * p.asked.N * p.asked.K }

// Scratch returns how many elements of scratch a Run on so many workers needs;
// it may be 0. Fewer than 1 counts as 1.
func (p *Plan[T]) Scratch(workers int) int {
	workers = max(workers, 1)
	if p.long != nil {
		return p.long.scratch(&p.asked, workers)
	}
	n := workers*p.perWorker() + p.sharedSize(workers)
	if n > 0 {
		n += line / p.size // to start at a cache line
	}
	return n
}

// stored returns the number of elements that a stored matrix spans.
func stored(rows, cols, ld int, trans bool) int {
	if trans {
		rows, cols = cols, rows
	}
	if rows == 0 || cols == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}

// strideA returns the distances between rows and between columns of op(A).
func (s *Spec) strideA() (rows, columns int) {
	if s.TransA {
		return 1, s.LDA
	}
	return s.LDA, 1
}

// rows are those that decide how the product is computed.
func (s *Spec) rows() int { return max(s.M, s.Rows) }

// lenA, lenB and lenC return the least lengths of the operands of spec.
func (s *Spec) lenA() int { return stored(s.M, s.K, s.LDA, s.TransA) }
func (s *Spec) lenB() int { return stored(s.K, s.N, s.LDB, s.TransB) }
func (s *Spec) lenC() int { return stored(s.M, s.N, s.LDC, false) }
