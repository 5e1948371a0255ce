package compile

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestScaling computes by hand what limits three steps: one for one worker, one in six parts and a
// region of two, of which the larger has three fifths.
func TestScaling(t *testing.T) {
	typ := ir.Type{DType: ir.F32, Shape: ir.Shape{10}}
	x := &ir.Value{Leaf: ir.Input, Type: typ}
	a := &ir.Value{ID: 1, Def: &Fused, In: []*ir.Value{x}, Type: typ}
	b := &ir.Value{ID: 2, Def: &Fused, In: []*ir.Value{a}, Type: typ}
	c := &ir.Value{ID: 3, Def: &Fused, In: []*ir.Value{b, a, x}, Type: typ}
	d := &ir.Value{ID: 4, Def: &Fused, In: []*ir.Value{c, b}, Type: typ}
	p := &exec.Plan{}
	for _, v := range []*ir.Value{a, b, c, d} {
		p.Steps = append(p.Steps, exec.Step{V: v})
	}
	cuts := []exec.Cut{
		{First: 0, End: 1, Parts: 1, Largest: 1},
		{First: 1, End: 2, Parts: 6, Largest: 1. / 6, Waits: 1},
		{First: 2, End: 4, Parts: 2, Largest: 0.6, Waits: 1},
	}
	work := []float64{10, 60, 20, 10}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	s := Scaling(p, 4, cuts, work)
	near("alone", s.Alone, 0.1)
	near("speedup", s.Speedup, 100/(10+20+18.)) // of six parts one worker of four has two
	near("largest", s.Largest, (20+18)/(90/4.))
	if s.Waits != 2 {
		t.Errorf("got %d waits, want 2", s.Waits)
	}
	if want := int64(3 * 40); s.Passed != want { // a to b, and a and b to the region
		t.Errorf("got %d bytes passed, want %d", s.Passed, want)
	}
	near("the region's share", s.Took[2].Share, 18/48.)
	one := Scaling(p, 1, cuts, work)
	if one.Speedup != 1 || one.Alone != 1 || one.Waits != 0 || one.Passed != 0 {
		t.Errorf("one worker: got %+v, want no waits and no bytes passed", one)
	}
}
