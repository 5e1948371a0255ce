package limit

import "testing"

// TestFigures checks that the figures are possible ones: no test can know more.
func TestFigures(t *testing.T) {
	for _, bits := range []int{32, 64} {
		if f := Flops(bits, 1); !(f > 1e7 && f < 1e13) {
			t.Errorf("got %v operations per second in %d bits", f, bits)
		}
	}
	if b := Bandwidth(2); !(b > 1e7 && b < 1e13) {
		t.Errorf("got %v bytes per second", b)
	}
}
