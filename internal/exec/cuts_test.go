package exec_test

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// shared is x + x, computed by the pool's workers in so many parts after a first round of two parts.
func shared(parts int, ran *atomic.Int32) *ir.Def {
	return &ir.Def{Name: "shared", Class: ir.Opaque, Arity: 1,
		F64: ir.Kernel[float64]{Run: func(c *ir.Call[float64]) {
			c.Pool.Run(2, func(int, int) { ran.Add(1) })
			c.Pool.Run(parts, func(_, part int) {
				ran.Add(1)
				for i := part; i < len(c.Out); i += parts {
					c.Out[i] = c.In[0][i] + c.In[0][i]
				}
			})
		}}}
}

// TestCuts wants the parts and waits that a run has on a machine with so many workers, without
// computing any.
func TestCuts(t *testing.T) {
	never := func(*ir.Value) bool { return false }
	var ran atomic.Int32
	d := shared(12, &ran)
	p := twice(d, ir.Shape{24, 2}, 24)
	p.Regions = nil
	for _, n := range []int{2, 3, 64} {
		one := exec.Cut{End: 1, Parts: 12, Largest: 1. / 12, Waits: 2}
		two := one
		two.First, two.End = 1, 2
		if got, want := exec.Cuts[float64](p, n, never), []exec.Cut{one, two}; !slices.Equal(got, want) {
			t.Errorf("%d workers: got %+v, want %+v", n, got, want)
		}
	}
	if n := ran.Load(); n != 0 {
		t.Errorf("%d parts ran", n)
	}
	got := exec.Cuts[float64](p, 2, func(v *ir.Value) bool { return v.ID == 1 })
	if want := (exec.Cut{End: 1, Parts: 1, Largest: 1}); got[0] != want {
		t.Errorf("a step that is skipped: got %+v, want %+v", got[0], want)
	}
}

// TestCutsRegion compares the parts of regions with those of a run.
func TestCutsRegion(t *testing.T) {
	for _, c := range []struct{ rows, workers int }{{8, 2}, {9, 2}, {15, 3}, {23, 3}, {40, 8}} {
		var calls atomic.Int32
		p := twice(double(&calls, func(*ir.Call[float64]) {}), ir.Shape{c.rows, 3}, c.rows)
		cuts := exec.Cuts[float64](p, c.workers, func(*ir.Value) bool { return false })
		if n := calls.Load(); n != 0 {
			t.Errorf("%+v: %d calls, want none", c, n)
		}
		w := pool.New(c.workers)
		if err := exec.New(p, w, exec.Shared[float64]{}).Run(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if len(cuts) != 1 || cuts[0].First != 0 || cuts[0].End != 2 || cuts[0].Waits != 1 {
			t.Fatalf("%+v: got %+v, want one region of both steps with one wait", c, cuts)
		}
		parts := int(calls.Load()) / 2
		if cuts[0].Parts != parts {
			t.Errorf("%+v: got %d parts, want the %d of a run", c, cuts[0].Parts, parts)
		}
		if want := float64((c.rows+parts-1)/parts) / float64(c.rows); cuts[0].Largest != want {
			t.Errorf("%+v: the largest part is %v of all, want %v", c, cuts[0].Largest, want)
		}
	}
}
