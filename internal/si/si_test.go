package si

import (
	"math"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		x    float64
		unit string
		want string
	}{
		{0, "", "0"}, {0, "B", "0 B"}, {999, "B", "999 B"}, {999.4, "", "999"}, {999.5, "B", "1 kB"}, {-12345, "B", "-12.3 kB"},
		{12345678, "", "12.3 M"}, {1e9, "FLOP/s", "1 GFLOP/s"}, {math.MaxInt64, "B", "9.22 EB"}, {math.Inf(1), "", "+Inf"}, {math.NaN(), "", "NaN"},
	} {
		if got := Text(c.x, c.unit); got != c.want {
			t.Errorf("Text(%v, %q): got %q, want %q", c.x, c.unit, got, c.want)
		}
	}
	if got := Bytes(1 << 20); got != "1.05 MB" {
		t.Errorf("got %q for 1<<20 bytes", got)
	}
}
