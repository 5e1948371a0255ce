package maxpool

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPairs compares with the plain rule: the first largest place, in the order
// of the rows, or the first NaN.
func TestPairs(t *testing.T) {
	t.Run("float32", testPairs[float32])
	t.Run("float64", testPairs[float64])
}

func testPairs[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	special := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), -T(math.NaN()), 1, 1}
	for n := range 40 {
		for round := range 6 {
			m := Image{Rows: round % 4, N: n, LD: 2*n + round%3}
			x := make([]T, 2*m.Rows*m.LD)
			for i := range x {
				x[i] = T(r.IntN(5)) - 2 // many ties
				if round%3 == 1 {
					x[i] = T(r.NormFloat64())
				}
				if round%3 == 2 && r.IntN(8*n+1) < 3 {
					x[i] = special[r.IntN(len(special))]
				}
			}
			d, y := make([]T, m.Rows*n), make([]T, m.Rows*n+1)
			for i := range d {
				d[i] = T(r.NormFloat64())
			}
			out := make([]T, len(x)+1)
			for i := range out {
				out[i] = 7 // guards, but for the places of windows
			}
			y[len(d)] = 7
			Max(m, y, x)
			Grad(m, out, x, d)
			if y[len(d)] != 7 || out[len(x)] != 7 {
				t.Fatalf("%+v: wrote behind the end", m)
			}
			for i := range m.Rows {
				for k := 2 * n; k < m.LD; k++ {
					if out[2*i*m.LD+k] != 7 || out[(2*i+1)*m.LD+k] != 7 {
						t.Fatalf("%+v: wrote where there is no window", m)
					}
				}
				for j := range n {
					at := 2*i*m.LD + 2*j
					window := []int{at, at + 1, at + m.LD, at + m.LD + 1}
					best := at
					for _, p := range window {
						if v := x[p]; v > x[best] || v != v && x[best] == x[best] {
							best = p
						}
					}
					if got, want := y[i*n+j], x[best]; got != want && (got == got || want == want) {
						t.Fatalf("%+v: window %d, %d: Max is %v, want %v", m, i, j, got, want)
					}
					for _, p := range window {
						want := T(0)
						if p == best {
							want = d[i*n+j]
						}
						if out[p] != want {
							t.Fatalf("%+v: window %d, %d: Grad puts %v at %d, want %v", m, i, j, out[p], p, want)
						}
					}
				}
			}
		}
	}
}
