package gemm

import "unsafe"

// padRows is how many rows gather may write: whole blocks of transpose.
func (p *Plan[T]) padRows() int { return roundUp(p.spec.M, 32/p.size) }

// gather makes rows of op(A) in the shared scratch from the columns as stored. It
// reads on after a column, as far as there are more.
func (j *job[T]) gather() {
	p, s := j.p, &j.p.spec
	rows := p.padRows()
	whole := 0
	if s.M > 1 && len(j.a) >= rows {
		whole = min(s.K, (len(j.a)-rows)/s.LDA+1)
	}
	transpose(p.level, j.shared, j.a, turn{whole, rows, s.K, s.LDA})
	if whole < s.K {
		transposeGo(j.shared[whole:], j.a[whole*s.LDA:], turn{s.K - whole, s.M, s.K, s.LDA})
	}
}

// rows are the rows of op(A) and the distance between them.
func (j *job[T]) rows() ([]T, int) {
	if len(j.shared) > 0 {
		return j.shared, j.p.spec.K
	}
	return j.a, j.p.spec.LDA
}

// A thin kernel takes up to thinRows rows of op(A), and at least two. Where there are
// more, rows of B that fill thinBytes meet all of them in turn.
const thinRows, thinBytes = 4, 8 << 10

// thin computes columns [j0, j1) of the transpose of C as dot products.
func (j *job[T]) thin(j0, j1 int) {
	p, s := j.p, &j.p.spec
	a, lda := j.rows()
	parts := ceil(s.M, thinRows)
	step := j1 - j0
	if parts > 1 {
		step = roundUp(ceil(thinBytes, s.K*p.size), p.thinCols)
	}
	t := tile{rsa: lda * p.size, ldb: s.LDB * p.size, ldc: p.asked.LDC * p.size, k: s.K, alpha: j.alpha, beta: s.Beta}
	for ; j0 < j1; j0 += step {
		t.b, t.cols = at(j.b, j0*s.LDB), min(step, j1-j0)
		for part := range parts {
			i0, i1 := part*s.M/parts, (part+1)*s.M/parts
			t.a, t.c, t.rows = at(a, i0*lda), at(j.c, j0*p.asked.LDC+i0), i1-i0
			thinTile[T](p.level, &t)
		}
	}
}

// turned computes columns [j0, j1) of the transpose of C in scratch.
func (j *job[T]) turned(worker, j0, j1 int) {
	p, s := j.p, &j.p.spec
	own := j.own[(worker+1)*p.perWorker()-p.tileC() : (worker+1)*p.perWorker()]
	ld := p.asked.LDC
	c := j.c[j0*ld:]
	if s.Beta != 0 {
		transpose(p.level, own, c, turn{j1 - j0, s.M, turnedRows, ld})
	}
	part := *j
	part.c, part.ldc, part.c0 = own, turnedRows, j0
	part.tiles(worker, 0, s.M, j0, j1)
	transpose(p.level, c, own, turn{s.M, j1 - j0, ld, turnedRows})
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
