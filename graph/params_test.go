package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestParamsAreWhereTheyWereDrawn declares parameters of growing and of falling
// sizes, so that their memory grows in between, in both types.
func TestParamsAreWhereTheyWereDrawn(t *testing.T) {
	for _, d := range []DType{Float32, Float64} {
		for _, sizes := range [][]int{{1, 40, 3, 500, 17, 4000}, {4000, 17, 500, 3, 40, 1}, {16, 16, 16}, {}} {
			t.Run(fmt.Sprint(d, sizes), func(t *testing.T) {
				p := NewParams(d, 1)
				want := map[string][]float64{}
				for i, n := range sizes {
					name := fmt.Sprint("p", i)
					draw := func(dst []float64, _ []int, r *rand.Rand) error {
						for i := range dst {
							if dst[i] != 0 {
								t.Errorf("%s: element %d is %v before it is drawn, want 0", name, i, dst[i])
							}
							dst[i] = float64(float32(r.NormFloat64()))
						}
						want[name] = slices.Clone(dst)
						return nil
					}
					failing := func(dst []float64, shape []int, r *rand.Rand) error {
						for i := range dst {
							dst[i] = 1
						}
						return errors.New("no")
					}
					if _, err := p.declare(name, ir.Param, []int{2 * n}, failing); err == nil {
						t.Fatal("got no error of a failing Initializer")
					}
					if _, err := p.declare(name, ir.Param, []int{n}, draw); err != nil {
						t.Fatal(err)
					}
				}
				for name, v := range want {
					if got := p.Values(name); !slices.Equal(got, v) {
						t.Errorf("%s: got %v, want %v", name, got, v)
					}
					if g := p.Grad(name); len(g) != len(v) || slices.ContainsFunc(g, func(x float64) bool { return x != 0 }) {
						t.Errorf("%s: got the gradient %v, want %d zeros", name, g, len(v))
					}
				}
				checkPadding(t, p)
			})
		}
	}
}

// checkPadding sees that the elements between the parameters are 0, and that
// parameters and gradients share none.
func checkPadding(t *testing.T, p *Params) {
	t.Helper()
	for _, q := range p.List() {
		if err := p.Set(q.Name, make([]float64, q.Size())); err != nil {
			t.Fatal(err)
		}
	}
	x, g := p.Flat64()
	y, h := p.Flat32()
	if len(x)+len(y) != p.Len() || len(g)+len(h) != p.Len() {
		t.Fatalf("got %d parameters and %d gradients, want %d", len(x)+len(y), len(g)+len(h), p.Len())
	}
	for i := range h {
		h[i] = 1
	}
	for i := range g {
		g[i] = 1
	}
	for i, v := range read(x, y, &Param{size: p.Len()}) {
		if v != 0 {
			t.Errorf("element %d: got %v, want 0", i, v)
		}
	}
}
