package data

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"testing"
)

func rows(t testing.TB, d *Dataset, field string) Rows {
	t.Helper()
	r, err := d.Rows(field)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRows(t *testing.T) {
	d := numbered(t, 5, 3)
	x, y := rows(t, d, "x"), rows(t, d, "y")
	if x.Size() != 2 || y.Size() != 1 || x.Len() != 5 {
		t.Errorf("sizes %d and %d, %d rows", x.Size(), y.Size(), x.Len())
	}
	index := []int{4, 0, 4}
	wide, narrow, labels := make([]float64, 6), make([]float32, 6), make([]int, 3)
	if err := x.F64(wide, index); err != nil || !slices.Equal(wide, []float64{4, -4, 0, 0, 4, -4}) {
		t.Errorf("F64: %v, %v", wide, err)
	}
	if err := x.F32(narrow, index); err != nil || !slices.Equal(narrow, []float32{4, -4, 0, 0, 4, -4}) {
		t.Errorf("F32: %v, %v", narrow, err)
	}
	if err := y.Ints(labels, index); err != nil || !slices.Equal(labels, []int{1, 0, 1}) {
		t.Errorf("Ints: %v, %v", labels, err)
	}
	if err := y.F64(wide[:3], index); err != nil || !slices.Equal(wide[:3], []float64{1, 0, 1}) {
		t.Errorf("F64 of ints: %v, %v", wide, err)
	}
	if err := y.F32(narrow[:3], index); err != nil || !slices.Equal(narrow[:3], []float32{1, 0, 1}) {
		t.Errorf("F32 of ints: %v, %v", narrow, err)
	}
	if err := x.F64(nil, nil); err != nil {
		t.Errorf("no rows: %v", err)
	}
}

func TestRowsRefuses(t *testing.T) {
	d := numbered(t, 5, 3)
	x, y := rows(t, d, "x"), rows(t, d, "y")
	_, err := d.Rows("z")
	wantError(t, err, ErrField, `"z"`)
	wantError(t, x.F64(make([]float64, 3), []int{0}), ErrShape, "buffer of 3", "1 rows of 2")
	wantError(t, x.F32(make([]float32, 3), []int{0}), ErrShape)
	wantError(t, y.Ints(make([]int, 3), []int{0}), ErrShape)
	wantError(t, x.Ints(make([]int, 2), []int{0}), ErrField, "numbers")
	for _, i := range []int{-1, 5, math.MaxInt, math.MinInt} {
		wantError(t, x.F64(make([]float64, 2), []int{i}), ErrIndex, "0..4")
		wantError(t, x.F32(make([]float32, 2), []int{i}), ErrIndex)
		wantError(t, y.Ints(make([]int, 1), []int{i}), ErrIndex)
	}
}

// A value must not silently become another one on the way to float32.
func TestRowsRange(t *testing.T) {
	widest := int64(-1<<53 - 1)
	if bits.UintSize == 32 {
		widest = 1 // every int is a float64
	}
	big := must(t)(New(
		Field{Name: "f", Floats: []float64{1, -1e39}},
		Field{Name: "i", Ints: []int{1, 1<<24 + 1}},
		Field{Name: "j", Ints: []int{1, int(widest)}},
		Field{Name: "n", Floats: []float64{1, math.Inf(1)}, AllowNonFinite: true},
	))
	one32, one64 := make([]float32, 1), make([]float64, 1)
	wantError(t, rows(t, big, "f").F32(one32, []int{0}), ErrNotFinite, "1e+39")
	wantError(t, rows(t, big, "i").F32(one32, []int{0}), ErrNotFinite, "16777217")
	if bits.UintSize == 64 {
		wantError(t, rows(t, big, "j").F64(one64, []int{0}), ErrNotFinite)
	}
	if err := rows(t, big, "i").F64(one64, []int{1}); err != nil || one64[0] != 1<<24+1 {
		t.Errorf("%v, %v", one64, err)
	}
	if err := rows(t, big, "n").F32(one32, []int{1}); err != nil || !math.IsInf(float64(one32[0]), 1) {
		t.Errorf("%v, %v", one32, err)
	}
}

func TestRowsDoNotAllocate(t *testing.T) {
	d := numbered(t, 100, 3)
	x, y := rows(t, d, "x"), rows(t, d, "y")
	index := identity(32)
	wide, narrow, labels := make([]float64, 64), make([]float32, 64), make([]int, 32)
	if n := testing.AllocsPerRun(50, func() {
		if x.F64(wide, index) != nil || x.F32(narrow, index) != nil || y.Ints(labels, index) != nil || y.F32(narrow[:32], index) != nil {
			t.Error("copying failed")
		}
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// One dataset and one Rows serve many goroutines.
func TestRowsAreShared(t *testing.T) {
	d := numbered(t, 100, 3)
	x := rows(t, d, "x")
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			it := batches(t, 100, 9, true, uint64(g))
			dst := make([]float64, 18)
			for index, ok := it.Next(); ok; index, ok = it.Next() {
				if err := x.F64(dst[:2*len(index)], index); err != nil {
					t.Error(err)
				}
				for k, i := range index {
					if dst[2*k] != float64(i) || dst[2*k+1] != -float64(i) {
						t.Errorf("example %d came out as %v", i, dst[2*k:2*k+2])
					}
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkRows(b *testing.B) {
	const n, size, batch = 2000, 784, 64
	d, err := XY(make([]float64, n*size), size, make([]float64, n), 1)
	if err != nil {
		b.Fatal(err)
	}
	x := rows(b, d, "x")
	index, _ := batches(b, n, batch, true, 1).Next()
	b.Run("F32", func(b *testing.B) {
		dst := make([]float32, batch*size)
		b.SetBytes(int64(8 * len(dst)))
		for b.Loop() {
			if err := x.F32(dst, index); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("F64", func(b *testing.B) {
		dst := make([]float64, batch*size)
		b.SetBytes(int64(8 * len(dst)))
		for b.Loop() {
			if err := x.F64(dst, index); err != nil {
				b.Fatal(err)
			}
		}
	})
}
