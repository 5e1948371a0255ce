package conv

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// step is how far a kernel moves, in bytes, from one term of its sums to the
// next. Assembly reads it as two words.
type step struct{ a, b int }

// stepsOf are the steps between terms whose a and b lie at these places, in elements of
// that size. After the last term there is none.
func stepsOf(a, b []int, size int) (steps []step) {
	for q := range a {
		var s step
		if q+1 < len(a) {
			s = step{(a[q+1] - a[q]) * size, (b[q+1] - b[q]) * size}
		}
		steps = append(steps, s)
	}
	return steps
}

// tile holds what a kernel needs to know. Assembly reads it by these offsets:
// eight bytes for each field, in this order.
//
// A kernel computes, for i < rows and j < cols,
//
//	c[i, j] = sum over q < k of a[i, q]·b[q, j]
//
// or, with add, adds that to c[i, j]. a[i, q] lies i·rsa bytes after a[0, q],
// b[q, j] lies j elements after b[q, 0]; a[0, q+1] and b[q+1, 0] lie one step
// after those of q. Rows of c lie ldc bytes apart. b is readable up to whole
// vectors. With bpair, the same is done for the b and c that lie bpair and cpair
// bytes on: two rows of an image share the loads of a. If more than one tile is left,
// the others follow: b and c move by nextB and nextC bytes from one to the next.
type tile struct {
	a, b, c    unsafe.Pointer
	rsa        int
	steps      *step
	bpair      int // not 0: a second vector of b, and of c, so many bytes after
	ldc        int
	k          int
	rows, cols int
	add        int // not 0: to c
	cpair      int // the first, with as many columns
	left       int
	nextB      int
	nextC      int
}

// over sets the terms of the sums.
func (t *tile) over(steps []step) {
	if t.k = len(steps); t.k > 0 {
		t.steps = &steps[0]
	}
}

// level is the instruction set of the kernels, with the sizes of their tiles:
// at most mr rows of nr columns, or 2·mr rows of at most width columns, or quad rows
// of two times nr columns that lie apart; and at most so many rows and columns of sums
// over runs, 0 for no such kernel.
type level struct {
	bits          int
	mr, nr, width int
	quad          int
	most          int
}

// best is the highest level of this process for elements of that size.
func best(size int) level {
	switch {
	case assembly && cpu.AVX512:
		return level{512, 8, 128 / size, 64 / size, 6, 5}
	case assembly && cpu.AVX2:
		return level{256, 6, 64 / size, 32 / size, 2, 3}
	case assembly && cpu.NEON:
		return level{128, 8, 48 / size, 16 / size, 0, 0}
	}
	return level{0, 2, 4, 0, 0, 0}
}

// block computes rows x cols of c with tiles. t holds all but the sizes and
// the places in a, b and c, which count elements.
func block[T Float](l level, t *tile, rows, cols int, a, b, c []T) {
	blocks(l, t, rows, cols, 1, a, b, c, 0, 0)
}

// blocks computes count blocks: that of b lies bstep elements after the one before,
// that of c cstep.
func blocks[T Float](l level, t *tile, rows, cols, count int, a, b, c []T, bstep, cstep int) {
	if rows == 0 || cols == 0 || count == 0 || t.k == 0 {
		return
	}
	size := sizeOf[T]()
	t.nextB, t.nextC = bstep*size, cstep*size
	for j := 0; j < cols; j += t.cols {
		t.cols = min(l.nr, cols-j)
		most := cut(rows, l.mr)
		for i := 0; i < rows; i += t.rows {
			t.rows = min(most, rows-i)
			if t.cols <= l.width && rows-i >= 2*l.mr && t.bpair == 0 {
				t.rows = 2 * l.mr
			}
			t.a, t.b = unsafe.Pointer(&a[i*t.rsa/size]), unsafe.Pointer(&b[j])
			t.c = unsafe.Pointer(&c[i*t.ldc/size+j])
			t.left = count
			run[T](l, t)
		}
	}
}

// image computes count rows of an image, one block each, or in lanes count places of a
// row. Two of them are computed together where a tile has room for both.
func image[T Float](l level, t *tile, rows, cols, count int, a, b, c []T, bstep, cstep int) {
	few := cut(rows, l.mr) <= l.quad // room for four vectors
	if few && cols == l.width && bstep == cols && cstep == cols {
		image(l, t, rows, 2*cols, count/2, a, b, c, 2*bstep, 2*cstep)
		done := count &^ 1
		if count -= done; count == 0 {
			return
		}
		b, c = b[done*bstep:], c[done*cstep:]
	}
	if pairs := count / 2; pairs > 0 && l.bits > 0 && bstep != 0 && (few || cols <= l.width) {
		size := sizeOf[T]()
		t.bpair, t.cpair = bstep*size, cstep*size
		blocks(l, t, rows, cols, pairs, a, b, c, 2*bstep, 2*cstep)
		t.bpair = 0
		if count -= 2 * pairs; count == 0 {
			return
		}
		b, c = b[2*pairs*bstep:], c[2*pairs*cstep:]
	}
	blocks(l, t, rows, cols, count, a, b, c, bstep, cstep)
}

// walkGo is the kernel in Go.
func walkGo[T Float](t *tile) {
	for ; ; t.left-- {
		walkTile[T](t)
		if t.left <= 1 {
			return
		}
		t.b, t.c = unsafe.Add(t.b, t.nextB), unsafe.Add(t.c, t.nextC)
	}
}

// walkTile is one tile of it.
func walkTile[T Float](t *tile) {
	size := int(unsafe.Sizeof(T(0)))
	steps := unsafe.Slice(t.steps, t.k)
	var s [2][4]T
	a, b := t.a, t.b
	for q := range steps {
		for i := range t.rows {
			x := *(*T)(unsafe.Add(a, i*t.rsa))
			for j := range t.cols {
				s[i][j] += x * *(*T)(unsafe.Add(b, j*size))
			}
		}
		if q+1 < t.k { // before the pointers leave their slices
			a, b = unsafe.Add(a, steps[q].a), unsafe.Add(b, steps[q].b)
		}
	}
	for i := range t.rows {
		for j := range t.cols {
			c := (*T)(unsafe.Add(t.c, i*t.ldc+j*size))
			if t.add != 0 {
				s[i][j] += *c
			}
			*c = s[i][j]
		}
	}
}
