package gemm

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// outer computes the tile by rows: what is read of B stays in the first-level cache.
func (j *job[T]) outer(i0, i1, j0, j1 int) {
	p, s := j.p, &j.p.spec
	b, ldb := j.b, s.LDB
	if s.TransB {
		b, ldb = j.shared, s.N
	}
	rs, cs := s.strideA()
	t := tile{rsa: rs * p.size, csa: cs * p.size, ldb: ldb * p.size, ldc: j.ldc * p.size, k: s.K, alpha: j.alpha, beta: s.Beta}
	rows := 2
	if p.level == avx2 && s.K > outerTwo {
		rows = 1
	}
	step := roundUp(cpu.L1*3/4/p.size/s.K, p.nr)
	for ; j0 < j1; j0 += step {
		t.b, t.cols = at(b, j0), min(step, j1-j0)
		for i := i0; i < i1; i += t.rows {
			t.a, t.c, t.rows = at(j.a, i*rs), at(j.c, i*j.ldc+j0-j.c0), min(rows, i1-i)
			outerTile[T](p.level, &t)
		}
	}
}
