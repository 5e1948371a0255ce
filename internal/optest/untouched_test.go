package optest

import (
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// answersNaN are elementwise rows that may answer NaN with a number: those that ask
// what an operand is, choose another one, or do not read it.
var answersNaN = []string{"eq", "ne", "lt", "le", "gt", "ge", "eqconst", "geconst", "gtconst", "leconst", "ltconst", "isinf", "isnan",
	"fill", "select", "relugrad", "pow", "hypot", "weigh", "powconst"}

// TestUntouched puts what is no number into one element of an operand of every
// elementwise row: NaN gives NaN there, and value and gradients of all other elements
// stay as they are, to the bit.
func TestUntouched(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		if e.Class != ir.Elementwise || s.In[0].Size() < 2 {
			return
		}
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		out := []*gorgonia.Node{a.out}
		if g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, a.c.Sum(a.c.Mul(a.out, a.out), nil, false), a.in...); err == nil {
			out = append(out, g...)
		}
		for i, n := range out { // apart, lest two results are one
			out[i] = a.c.AddConst(n, math.Copysign(0, -1))
		}
		p, err := compiled[float64](a, nil, out...)
		if err != nil {
			t.Fatal(err)
		}
		run := func() [][]float64 {
			got, err := p.run(0, nil)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		want := run()
		at := s.In[0].Size() / 2
		for i := range s.In {
			kept := a.floats[i][at]
			for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				a.floats[i][at] = v
				got := run()
				if v != v && got[0][at] == got[0][at] && !slices.Contains(answersNaN, e.Name) {
					t.Errorf("NaN in operand %d gives %v", i, got[0][at])
				}
				for k := range got {
					for j, g := range got[k] {
						if w := want[k][j]; j != at && g != w && (g == g || w == w) {
							t.Errorf("%v in element %d of operand %d: element %d of result %d is %v, want %v", v, at, i, j, k, g, w)
						}
					}
				}
			}
			a.floats[i][at] = kept
		}
	})
}
