package vec

import (
	"math"
	"testing"
)

// TestAllFinite puts each special value at each place of slices of many lengths:
// finite ones too large for their sum are no fault.
func TestAllFinite(t *testing.T) {
	t.Run("float32", func(t *testing.T) { checkAllFinite(t, F32.AllFinite, math.MaxFloat32) })
	t.Run("float64", func(t *testing.T) { checkAllFinite(t, F64.AllFinite, math.MaxFloat64) })
	t.Run("squares of float32", func(t *testing.T) { checkAllFinite(t, F32.SquaresFinite, 1.8e19) })
	t.Run("squares of float64", func(t *testing.T) { checkAllFinite(t, F64.SquaresFinite, 1.3e154) })
	if F32.SquaresFinite([]float32{1, 2e19}) || F64.SquaresFinite([]float64{1, 1.4e154}) {
		t.Error("a square that overflows is said to be finite")
	}
}

func checkAllFinite[T Float](t *testing.T, allFinite func([]T) bool, largest T) {
	for _, n := range []int{0, 1, 2, 7, 16, 33, 64, 255, 1000} {
		for _, fill := range []T{0, -1, largest} {
			a := make([]T, n)
			for i := range a {
				a[i] = fill
			}
			if !allFinite(a) {
				t.Errorf("%d times %v is said to be not finite", n, fill)
			}
			for i := 0; i < n; i += 1 + n/40 {
				for _, bad := range []T{T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1))} {
					a[i] = bad
					if allFinite(a) {
						t.Errorf("%d times %v with %v at %d is said to be finite", n, fill, bad, i)
					}
				}
				a[i] = fill
			}
		}
	}
}
