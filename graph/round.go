package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// beyond returns an error if d cannot hold one of the finite numbers of v.
func beyond(v []float64, d DType) error {
	if d != Float32 {
		return nil
	}
	if i := slices.IndexFunc(v, vec.Beyond32); i >= 0 {
		return errBeyond(i, v[i])
	}
	return nil
}

// errBeyond returns the error about element i, x, which float32 cannot hold.
func errBeyond(i int, x float64) error {
	return mistake.Newf(ErrNotFinite, "element %d: got %v, want a number in the range of float32", i, x)
}
