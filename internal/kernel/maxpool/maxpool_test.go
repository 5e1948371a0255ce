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
		for round := range 3 {
			rows := make([]T, 4*n)
			for i := range rows {
				rows[i] = T(r.IntN(5)) - 2 // many ties
				if round == 1 {
					rows[i] = T(r.NormFloat64())
				}
				if round == 2 && r.IntN(8) == 0 {
					rows[i] = special[r.IntN(len(special))]
				}
			}
			r0, r1 := rows[:2*n], rows[2*n:]
			d, y := make([]T, n), make([]T, n+1)
			for i := range d {
				d[i] = T(r.NormFloat64())
			}
			out := make([]T, 4*n+2)
			y[n], out[2*n], out[4*n+1] = 7, 7, 7 // guards
			Max(y[:n], r0, r1)
			Grad(out[:2*n], out[2*n+1:4*n+1], r0, r1, d)
			if y[n] != 7 || out[2*n] != 7 || out[4*n+1] != 7 {
				t.Fatalf("n=%d: wrote behind the end", n)
			}
			for j := range n {
				places := []T{r0[2*j], r0[2*j+1], r1[2*j], r1[2*j+1]}
				best := 0
				for i, v := range places {
					if v > places[best] || v != v && places[best] == places[best] {
						best = i
					}
				}
				if got, want := y[j], places[best]; got != want && (got == got || want == want) {
					t.Fatalf("n=%d: Max of %v is %v", n, places, got)
				}
				for i, got := range []T{out[2*j], out[2*j+1], out[2*n+1+2*j], out[2*n+2+2*j]} {
					want := T(0)
					if i == best {
						want = d[j]
					}
					if got != want {
						t.Fatalf("n=%d: Grad of %v puts %v at place %d, want %v", n, places, got, i, want)
					}
				}
			}
		}
	}
}
