package gemm

import "unsafe"

// tile holds what a kernel needs to know. Assembly reads it by these offsets:
// eight bytes for each field, in this order.
//
// A tile kernel computes, for i < rows and j < cols,
//
//	c[i, j] = alpha · sum over q < k of a[i, q]·b[q, j] + beta·c[i, j]
//
// where the sum is taken in the order of q, each step fused where the level has
// fused multiply-add, and old c is not read if beta is 0. a[i, q] lies
// i·rsa + q·csa bytes after a; rows of b lie ldb and rows of c ldc bytes apart.
// b is readable up to whole vectors, except at level avx512 and for one row at level
// avx2. There are kernels
// for up to mr rows and nr columns, and those that choice calls wide, broad and tall.
//
// A dot kernel computes, for j < cols,
//
//	c[j] = alpha · sum over q < k of a[q]·b[j, q] + beta·c[j]
//
// in an order that depends on k alone; rows of b lie ldb bytes apart.
//
// A thin kernel computes, for i < rows and j < cols,
//
//	c[j, i] = alpha · sum over q < k of a[i, q]·b[j, q] + beta·c[j, i]
//
// for 1 to thinRows rows, in an order that depends on k alone; rows of a lie rsa, rows
// of b ldb and rows of c ldc bytes apart. With across it is c[i, j] instead.
//
// A slim kernel computes, for j < cols,
//
//	c[j] = alpha · sum over q < k of a[q]·b[q, j] + beta·c[j]
//
// in the order of the thin kernel of its level. a is dense, rows of b lie ldb bytes apart,
// and cols is at most slimCols. There is none for neon.
//
// An outer kernel computes what a tile kernel does, for one or two rows and any number
// of columns, and reads no more of b. k is at most outerDepth, and rows is one at
// level avx2 if k is more than outerTwo.
type tile struct {
	a, b, c     unsafe.Pointer
	rsa, csa    int
	ldb, ldc    int
	k           int
	rows, cols  int
	alpha, beta float64

	// While it works, a tile kernel of assembly asks for nextLines cache lines of
	// each of nextRows rows of memory that the task will read soon, nextLD bytes
	// apart.
	next                        unsafe.Pointer
	nextLD, nextRows, nextLines int

	// pack, if not nil, is where a kernel of assembly copies b to as it reads it:
	// rows of nr elements one after another, padded with zeros. cols is then more
	// than one vector.
	pack unsafe.Pointer

	// ahead, if not 0, is how many bytes after each row of b a tile kernel of AVX asks
	// for memory as it reads it. cols is then more than one vector and at most two, or
	// as many as four, or for one row eight, whole vectors have.
	ahead int

	across int // not 0: a thin kernel does not transpose
}

// elem returns the element that lies off bytes after p.
func elem[T Float](p unsafe.Pointer, off int) *T { return (*T)(unsafe.Add(p, off)) }

// tileGo is the tile kernel in Go: up to 2 rows and 4 columns, 8 sums in
// registers. A missing row is computed as a copy of the first and not stored.
func tileGo[T Float](t *tile) {
	size := int(unsafe.Sizeof(T(0)))
	a0, a1, b := t.a, t.a, t.b
	if t.rows == 2 {
		a1 = unsafe.Add(t.a, t.rsa)
	}
	var s [2][4]T
	var s00, s01, s02, s03, s10, s11, s12, s13 T
	for q := 0; ; {
		x, y, r := *(*T)(a0), *(*T)(a1), (*[4]T)(b)
		s00 += x * r[0]
		s01 += x * r[1]
		s02 += x * r[2]
		s03 += x * r[3]
		s10 += y * r[0]
		s11 += y * r[1]
		s12 += y * r[2]
		s13 += y * r[3]
		if q++; q >= t.k {
			break // before the pointers leave their slices
		}
		a0, a1, b = unsafe.Add(a0, t.csa), unsafe.Add(a1, t.csa), unsafe.Add(b, t.ldb)
	}
	s[0] = [4]T{s00, s01, s02, s03}
	s[1] = [4]T{s10, s11, s12, s13}
	alpha, beta := T(t.alpha), T(t.beta)
	for i := range t.rows {
		for j, v := range s[i][:t.cols] {
			c := elem[T](t.c, i*t.ldc+j*size)
			if beta == 0 {
				*c = alpha * v
			} else {
				*c = alpha*v + beta**c
			}
		}
	}
}

// dotGo is the dot kernel in Go: four sums, of the elements with the same
// remainder by four.
func dotGo[T Float](t *tile) {
	a := unsafe.Slice((*T)(t.a), t.k)
	c := unsafe.Slice((*T)(t.c), t.cols)
	alpha, beta := T(t.alpha), T(t.beta)
	for j := range c {
		b := unsafe.Slice(elem[T](t.b, j*t.ldb), t.k)
		var s0, s1, s2, s3 T
		q := 0
		for ; q+4 <= len(a) && q+4 <= len(b); q += 4 {
			x, y := (*[4]T)(a[q:]), (*[4]T)(b[q:])
			s0 += x[0] * y[0]
			s1 += x[1] * y[1]
			s2 += x[2] * y[2]
			s3 += x[3] * y[3]
		}
		for ; q < t.k; q++ {
			s0 += a[q] * b[q]
		}
		v := alpha * ((s0 + s1) + (s2 + s3))
		if beta != 0 {
			v += beta * c[j]
		}
		c[j] = v
	}
}
