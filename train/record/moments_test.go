package record

import (
	"math"
	"testing"
)

// TestMoments: norms and distributions of numbers whose squares overflow or vanish.
func TestMoments(t *testing.T) {
	for _, c := range []struct {
		v               []float64
		norm, mean, std float64
	}{
		{nil, 0, 0, 0},
		{[]float64{0, 0}, 0, 0, 0},
		{[]float64{3, -4}, 5, -0.5, 3.5},
		{[]float64{3e200, -4e200}, 5e200, -5e199, 3.5e200},
		{[]float64{3e-200, -4e-200}, 5e-200, -5e-201, 3.5e-200},
		{[]float64{1e308, 1e308}, math.Sqrt2 * 1e308, 1e308, 0},
		{[]float64{math.Inf(1), 1}, math.Inf(1), math.Inf(1), math.NaN()},
		{[]float64{math.NaN()}, math.NaN(), math.NaN(), math.NaN()},
	} {
		m := momentsOf(c.v)
		near := func(got, want float64) bool {
			return got == want || got != got && want != want || math.Abs(got-want) <= 1e-14*math.Abs(want)
		}
		if !near(m.norm, c.norm) || !near(m.mean, c.mean) || !near(m.std, c.std) {
			t.Errorf("%v: got %+v, want %v, %v and %v", c.v, m, c.norm, c.mean, c.std)
		}
	}
	if d := distributionOf([]float64{-math.MaxFloat64, math.MaxFloat64, math.NaN(), math.Inf(1)}); d.n != 2 || d.counts[0] != 1 || d.counts[buckets-1] != 1 {
		t.Errorf("got %+v, want one element at each end", d)
	}
	if d := distributionOf([]float32{2, 2}); d.n != 2 || len(d.limits) != 1 || d.limits[0] != 2 || d.counts[0] != 2 {
		t.Errorf("got %+v, want one bucket", d)
	}
	if d := distributionOf([]float64{math.NaN()}); d.n != 0 || d.min != 0 || d.max != 0 {
		t.Errorf("got %+v, want none", d)
	}
}
