package memory

import "testing"

func TestZeros(t *testing.T) {
	for _, n := range []int{0, 1, 1000, 3 << 20} {
		v := Zeros[float32](n)
		if len(v) != n {
			t.Fatalf("got %d elements, want %d", len(v), n)
		}
		for i := range v {
			if v[i] != 0 {
				t.Fatalf("element %d of %d: got %v, want 0", i, n, v[i])
			}
			v[i] = 1 // the next slice may lie here
		}
	}
}
