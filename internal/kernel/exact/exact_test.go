package exact

import (
	"math"
	"testing"
)

// TestTotal adds many terms, and large ones that cancel.
func TestTotal(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name  string
		terms []float32
		times int
		want  float32
	}{
		{"none", nil, 1, 0},
		{"tenths", []float32{0.1}, 1 << 20, 104857.6},
		{"ones beyond the mantissa", []float32{1}, 1<<24 + 5, 1<<24 + 4},
		{"large ones that cancel", []float32{1e16, 1, -1e16, 1}, 1, 2},
		{"an infinity", []float32{1, inf, 2}, 1, inf},
		{"overflow", []float32{math.MaxFloat32, math.MaxFloat32, 1}, 1, inf},
	} {
		if testing.Short() && c.times > 1<<20 {
			continue
		}
		var s Sum[float32]
		sum, lost := []float32{0}, []float32{0}
		for range c.times {
			for _, x := range c.terms {
				s.Add(x)
				Add(sum, lost, []float32{x})
			}
		}
		if got := s.Total(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if got := sum[0] + lost[0]; got != s.Total() {
			t.Errorf("%s: Add got %v, want %v as Sum.Add", c.name, got, s.Total())
		}
	}
	var s Sum[float64]
	s.Add(math.Inf(1))
	s.Add(math.Inf(-1))
	if !math.IsNaN(s.Total()) {
		t.Errorf("infinities that cancel: got %v, want NaN", s.Total())
	}
}
