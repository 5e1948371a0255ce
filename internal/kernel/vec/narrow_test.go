package vec

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNarrow rounds rows of all small lengths, with one special number at each place, at each level.
func TestNarrow(t *testing.T) {
	most := math.MaxFloat32
	specials := []float64{math.NaN(), math.Inf(1), math.Inf(-1), most, -most, most * (1 + 1.0/(1<<26)), 1e39, -1e300, 1e-46, 5e-324, math.Copysign(0, -1)}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 53 {
		v := make([]float64, n)
		for i := range v {
			v[i] = random.NormFloat64()
		}
		for _, special := range specials {
			for at := range n {
				old := v[at]
				v[at] = special
				checkNarrow(t, v)
				v[at] = old
			}
		}
		checkNarrow(t, v)
	}
	v := make([]float64, 40)
	v[3], v[20], v[21], v[37] = math.NaN(), math.Inf(1), 1e40, 1e40
	checkNarrow(t, v)
}

func checkNarrow(t *testing.T, v []float64) {
	t.Helper()
	want := -1
	for i, x := range v {
		if Beyond32(x) {
			want = i
			break
		}
	}
	dst := make([]float32, len(v)+1)
	dst[len(v)] = 7
	if got := Narrow(dst, v); got != want {
		t.Fatalf("%v: got %d, want %d", v, got, want)
	}
	for i, x := range v {
		if want >= 0 && i >= want {
			break
		}
		if math.Float32bits(dst[i]) != math.Float32bits(float32(x)) {
			t.Fatalf("element %d of %d: got %v for %v", i, len(v), dst[i], x)
		}
	}
	if dst[len(v)] != 7 {
		t.Fatalf("%d elements: the one behind them was written", len(v))
	}
}

func BenchmarkNarrow(b *testing.B) {
	dst, v := make([]float32, 784), make([]float64, 784)
	for b.Loop() {
		Narrow(dst, v)
	}
}
