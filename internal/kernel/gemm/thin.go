package gemm

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// padded is how many elements of a row of few elements transpose may take instead:
// whole blocks where that is more.
func (c *choice) padded(few int) int {
	if few == 1 || c.level == portable {
		return few
	}
	block := 32 // bytes of a block's row
	if c.level == neon {
		block = 16
	}
	return max(few, block/c.size)
}

// lines returns how many of n rows of few elements, ld apart within length, may be
// taken as padded ones, which reach into the next rows.
func (c *choice) lines(n, few, ld, length int) int {
	pad := c.padded(few)
	if pad == few {
		return n
	}
	whole := min(n, (length-pad)/ld+1)
	if whole < pad {
		return 0 // no block
	}
	return whole
}

// split makes rows of n elements, nr apart, from n rows of few. After them it writes
// what follows in src, up to the padded number of rows.
func split[T Float](c *choice, dst, src []T, n, few, nr, ld int) {
	whole := c.lines(n, few, ld, len(src))
	if whole > 0 {
		transpose(c.level, dst, src, turn{whole, c.padded(few), nr, ld})
	}
	if whole < n {
		transposeGo(dst[whole:], src[whole*ld:], turn{n - whole, few, nr, ld})
	}
}

// join is the inverse of split. It reads the rows after those of src, but keeps
// nothing of them.
func join[T Float](c *choice, dst, src []T, n, few, nr, ld int) {
	if nr != few { // what lies between the rows must stay
		transpose(c.level, dst, src, turn{few, n, nr, ld})
		return
	}
	whole := c.lines(n, few, nr, len(dst))
	if whole > 0 { // each row of a block is written after the one before
		transpose(c.level, dst, src, turn{c.padded(few), whole, nr, ld})
	}
	if whole < n {
		transposeGo(dst[whole*nr:], src[whole:], turn{few, n - whole, nr, ld})
	}
}

// rows are the rows of op(A) and the distance between them.
func (j *job[T]) rows() ([]T, int) {
	if len(j.shared) > 0 {
		return j.shared, j.p.spec.K
	}
	return j.a, j.p.spec.LDA
}

// A thin kernel takes up to thinRows rows of op(A). Where there are more, rows of B that
// fill a quarter of the first-level cache meet all of them in turn.
const thinRows = 4

// thin computes a tile of C, or of its transpose, as dot products.
func (j *job[T]) thin(r0, r1, j0, j1 int) {
	p, s := j.p, &j.p.spec
	a, lda := j.rows()
	rows := r1 - r0
	parts := ceil(rows, thinRows)
	step := j1 - j0
	if parts > 1 {
		step = roundUp(ceil(cpu.L1/4, s.K*p.size), p.thinCols)
	}
	ldc, rsc, csc := p.asked.LDC, p.asked.LDC, 1
	t := tile{rsa: lda * p.size, ldb: s.LDB * p.size, ldc: ldc * p.size, k: s.K, alpha: j.alpha, beta: s.Beta, across: 1}
	if p.flip {
		rsc, csc, t.across = 1, ldc, 0
	}
	for ; j0 < j1; j0 += step {
		t.b, t.cols = at(j.b, j0*s.LDB), min(step, j1-j0)
		for part := range parts {
			i0, i1 := r0+part*rows/parts, r0+(part+1)*rows/parts
			t.a, t.c, t.rows = at(a, i0*lda), at(j.c, i0*rsc+j0*csc), i1-i0
			thinTile[T](p.level, &t)
		}
	}
}

// turned computes columns [j0, j1) of the transpose of C in scratch.
func (j *job[T]) turned(worker, j0, j1 int) {
	p, s := j.p, &j.p.spec
	own := j.own[(worker+1)*p.perWorker()-p.tileC() : (worker+1)*p.perWorker()]
	ld := p.asked.LDC
	c := j.c[j0*ld : (j1-1)*ld+s.M]
	if s.Beta != 0 {
		split(&p.choice, own, c, j1-j0, s.M, turnedRows, ld)
	}
	part := *j
	part.c, part.ldc, part.c0 = own, turnedRows, j0
	part.tiles(worker, 0, s.M, j0, j1)
	join(&p.choice, c, own, j1-j0, s.M, ld, turnedRows)
}

// thinDots is the thin kernel of levels that have none: dot products of the rows
// of b with those of a.
func thinDots[T Float](l level, t *tile) {
	d := tile{b: t.a, ldb: t.rsa, k: t.k, cols: t.rows, alpha: t.alpha, beta: t.beta}
	for j := range t.cols {
		d.a, d.c = unsafe.Add(t.b, j*t.ldb), unsafe.Add(t.c, j*t.ldc)
		dotTile[T](l, &d)
	}
}
