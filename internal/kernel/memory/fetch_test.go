package memory

import "testing"

// TestFetch asks for slices of many lengths at every place within a line, an empty one at the very end
// of an array among them. Their values stay.
func TestFetch(t *testing.T) {
	t.Run("float32", fetch[float32])
	t.Run("float64", fetch[float64])
}

func fetch[T Float](t *testing.T) {
	Fetch[T](nil)
	x := make([]T, 100)
	for i := range x {
		x[i] = T(i)
	}
	for lo := range len(x) + 1 {
		for hi := lo; hi <= len(x); hi++ {
			Fetch(x[lo:hi])
		}
	}
	for i, v := range x {
		if v != T(i) {
			t.Errorf("element %d: got %v, want %d", i, v, i)
		}
	}
}
