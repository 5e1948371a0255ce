package optest

import (
	"slices"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// TestByRow computes the samples of rows that have ByRow in parts, from what each
// part is said to need, and wants the parts of the whole.
func TestByRow(t *testing.T) {
	each(t, func(t *testing.T, e *op.Entry, s op.Sample, seed uint64) {
		if e.ByRow == nil || empty(s) {
			return
		}
		a, err := apply(e, s, ir.F64, seed)
		if err != nil {
			t.Fatal(err)
		}
		byRow := e.ByRow(a.value())
		if byRow == nil {
			return
		}
		want := asFloats(a.want())
		n := a.c.Shape(a.out)[0]
		for r := range n {
			p, err := a.part(byRow, r, n)
			if err != nil {
				t.Fatalf("part %d of %d: %v", r, n, err)
			}
			near(t, "part", results[float64](t, p, nil), want[r*len(want)/n:(r+1)*len(want)/n], tol64)
		}
	})
}

// part is the r-th of n parts of a: operands are cut if byRow says so.
func (a *applied) part(byRow []bool, r, n int) (*applied, error) {
	p := &applied{e: a.e, s: a.s, c: op.NewCtx(gorgonia.NewGraph())}
	for i, x := range a.in {
		typ, err := op.TypeOf(x)
		if err != nil {
			return nil, err
		}
		floats, ints := a.floats[i], a.ints[i]
		if byRow[i] {
			typ.Shape = typ.Shape.Clone()
			typ.Shape[0] /= n
			floats, ints = rowOf(floats, r, n), rowOf(ints, r, n)
		}
		p.floats, p.ints = append(p.floats, floats), append(p.ints, ints)
		p.in = append(p.in, p.c.Leaf(typ, leafName(i)))
	}
	p.s.In = nil
	for _, x := range p.in {
		p.s.In = append(p.s.In, slices.Clone(p.c.Shape(x)))
	}
	p.out = p.c.Apply(p.e, p.s.Attrs, p.in...)
	return p, p.c.Err
}

func rowOf[E any](v []E, r, n int) []E { return v[r*len(v)/n : (r+1)*len(v)/n] }
