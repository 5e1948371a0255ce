package gemm

import "unsafe"

// slimCols is how many columns a slim kernel takes: two vectors where registers allow.
func (c *choice) slimCols() int {
	if c.level == avx512 && c.size == 8 {
		return 2 * c.width
	}
	return c.width
}

// slim computes a tile of a C of few columns, row by row.
func (j *job[T]) slim(i0, i1, j0, j1 int) {
	p, s := j.p, &j.p.spec
	t := tile{ldb: s.LDB * p.size, k: s.K, alpha: j.alpha, beta: s.Beta}
	for i := i0; i < i1; i++ {
		for c := j0; c < j1; c += t.cols {
			t.a, t.b, t.c, t.cols = at(j.a, i*s.LDA), at(j.b, c), at(j.c, i*j.ldc+c), min(p.slimCols(), j1-c)
			slimTile[T](p.level, &t)
		}
	}
}

// slimGo is the slim kernel in Go: four sums for each column, as dotGo has them.
func slimGo[T Float](t *tile) {
	size := int(unsafe.Sizeof(T(0)))
	a, ld := unsafe.Slice((*T)(t.a), t.k), t.ldb/size
	alpha, beta := T(t.alpha), T(t.beta)
	for j := range t.cols {
		b := unsafe.Slice(elem[T](t.b, j*size), (t.k-1)*ld+1)
		var s0, s1, s2, s3 T
		q, k := 0, 0
		for ; q+4 <= len(a); q, k = q+4, k+4*ld {
			x := (*[4]T)(a[q:])
			s0 += x[0] * b[k]
			s1 += x[1] * b[k+ld]
			s2 += x[2] * b[k+2*ld]
			s3 += x[3] * b[k+3*ld]
		}
		for ; q < len(a); q, k = q+1, k+ld {
			s0 += a[q] * b[k]
		}
		v := alpha * ((s0 + s1) + (s2 + s3))
		c := elem[T](t.c, j*size)
		if beta != 0 {
			v += beta * *c
		}
		*c = v
	}
}
