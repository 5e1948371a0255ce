package onnxtest

import (
	"fmt"
	"math"
	"slices"
)

// Compare returns an error unless got has the shape and the elements of want, up to an error
// of tolerance times the larger of 1 and their magnitude.
func Compare(got, want Tensor, tolerance float64) error {
	if !slices.Equal(got.Shape, want.Shape) {
		return fmt.Errorf("got the shape %v, want %v", got.Shape, want.Shape)
	}
	for i, w := range want.Data {
		g := got.Data[i]
		if g == w || math.IsNaN(g) && math.IsNaN(w) || math.Abs(g-w) <= tolerance*math.Max(1, math.Abs(w)) {
			continue
		}
		return fmt.Errorf("element %d: got %v, want %v", i, g, w)
	}
	return nil
}
