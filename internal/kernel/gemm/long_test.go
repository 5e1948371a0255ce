package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// TestLong multiplies by sums of many terms that all have one sign, of which no sum is
// exact, and wants the relative error that a sum of any length may have in float32; at
// 1e7 terms where SYMGRAD_LARGE is set.
func TestLong(t *testing.T) {
	const tol = 1e-5
	depth := 40_001
	if os.Getenv("SYMGRAD_LARGE") != "" {
		depth = 1e7 + 1
	}
	for i, size := range [][2]int{{1, 1}, {1, 20}, {2, 3}, {20, 2}, {9, 17}} {
		for trans := range 4 {
			if testing.Short() && (i+trans)%2 > 0 {
				continue
			}
			s := Spec{M: size[0], N: size[1], K: depth, TransA: trans&1 > 0, TransB: trans&2 > 0, Alpha: -1.5, Beta: 2}
			o := random[float32](rand.New(rand.NewPCG(1, 2)), s, 3)
			for _, x := range [][]float32{o.a, o.b} {
				for i := range x {
					x[i] = 0.3 + 0.001*float32(math.Sin(float64(i)))
				}
			}
			for i := range o.c {
				o.c[i] = -float32(i)
			}
			verify(t, o)
			want, _ := o.want()
			for _, l := range levels() {
				p, err := newPlan[float32](o.s, l)
				if err != nil {
					t.Fatal(err)
				}
				if p.long == nil {
					t.Errorf("%v %+v: is not cut into chunks", l, s)
				}
				c, scratch := append([]float32(nil), o.c...), make([]float32, p.Scratch(1))
				if n := testing.AllocsPerRun(1, func() { copy(c, o.c); p.Run(nil, c, o.a, o.b, scratch, nil) }); n > 0 {
					t.Errorf("%v %+v: a run allocates %v times, want 0", l, s, n)
				}
				what := fmt.Sprintf("%v %+v", l, s)
				for i, w := range want {
					if !(math.Abs(float64(c[i])-w) <= tol*math.Abs(w)) {
						t.Errorf("%s: element %d: got %v, want %v", what, i, c[i], w)
						break
					}
				}
			}
		}
	}
}
