package pool

import (
	"slices"
	"testing"
)

// TestDry wants the numbers of parts and no call of the function.
func TestDry(t *testing.T) {
	for _, workers := range []int{1, 2, 64} {
		var got []int
		p := Dry(workers, func(parts int) { got = append(got, parts) })
		if p.Workers() != workers {
			t.Errorf("got %d workers, want %d", p.Workers(), workers)
		}
		for _, parts := range []int{7, 0, 1, 1000} {
			p.Run(parts, func(int, int) { t.Errorf("%d workers: a part ran", workers) })
		}
		if want := []int{7, 0, 1, 1000}; !slices.Equal(got, want) {
			t.Errorf("%d workers: got the parts %v, want %v", workers, got, want)
		}
	}
}
