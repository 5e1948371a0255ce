package conv

import (
	"fmt"
	"testing"
	"unsafe"
)

// TestRuns compares the kernel of this machine with that in Go, at all sizes of
// a tile.
func TestRuns(t *testing.T) {
	t.Run("float32", testRuns[float32])
	t.Run("float64", testRuns[float64])
}

func testRuns[T Float](t *testing.T) {
	l := best(sizeOf[T]())
	for rows := 1; rows <= l.most; rows++ {
		for cols := 1; cols <= l.most; cols++ {
			for add := range 2 {
				const vecs, count, gap = 3, 2, 5
				n, size := vecs*l.width, sizeOf[T]()
				a := random[T](rows*n*count+gap, 1)
				b := random[T]((1+add)*n*count+gap+cols, 2)
				r := runs{a: unsafe.Pointer(&a[0]), b: unsafe.Pointer(&b[0]), ra: n * size, rb: size, stepB: (1 + add) * l.width * size,
					skipA: (rows-1)*n*size + gap*size, skipB: gap * size, vecs: vecs, count: count, rows: rows, cols: cols, add: add}
				got, want := random[T](rows*cols+3, 3), random[T](rows*cols+3, 3)
				r.c = unsafe.Pointer(&got[0])
				runRuns[T](l, &r)
				r.c = unsafe.Pointer(&want[0])
				runsGo[T](l, &r)
				wide := make([]float64, rows*cols)
				for i := range wide {
					wide[i] = float64(want[i])
				}
				check(t, fmt.Sprintf("%d rows, %d columns, add %d", rows, cols, add), Spec{}, got, wide)
			}
		}
	}
}
