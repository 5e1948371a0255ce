package exec_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// double is 2x of each row and counts its calls.
func double(calls *atomic.Int32, do func(c *ir.Call[float64])) *ir.Def {
	return &ir.Def{Name: "double", Class: ir.Opaque, Arity: 1,
		ByRow: func(*ir.Value) []bool { return []bool{true} },
		F64: ir.Kernel[float64]{Run: func(c *ir.Call[float64]) {
			calls.Add(1)
			do(c)
			for i, x := range c.In[0] {
				c.Out[i] = 2 * x
			}
		}}}
}

// twice is a plan of two steps of d in a region of that many rows: of x, an input.
func twice(d *ir.Def, x ir.Shape, rows int) *exec.Plan {
	t := ir.Type{DType: ir.F64, Shape: x}
	n := x.Size()
	in := &ir.Value{Leaf: ir.Input, Name: "x", Type: t}
	y := &ir.Value{ID: 1, Def: d, In: []*ir.Value{in}, Type: t}
	z := &ir.Value{ID: 2, Def: d, In: []*ir.Value{y}, Type: t}
	p := &exec.Plan{DType: ir.F64, Gate: -1, Regions: []exec.Region{{End: 2, Rows: rows, Apart: 100}}}
	p.Floats[exec.Input], p.Floats[exec.Temp], p.Floats[exec.Output] = n, n, n
	at := func(a exec.Arena) exec.Buffer { return exec.Buffer{Arena: a, Len: n} }
	p.Inputs = []exec.Slot{{Name: "x", Type: t, Where: at(exec.Input)}}
	p.Outputs = []exec.Slot{{Name: "z", Type: t, Where: at(exec.Output)}}
	p.Steps = []exec.Step{
		{V: y, Out: at(exec.Temp), In: []exec.Buffer{at(exec.Input)}},
		{V: z, Out: at(exec.Output), In: []exec.Buffer{at(exec.Temp)}},
	}
	return p
}

// TestRegionParts counts the parts of regions: as many as there are workers, each
// of four rows at least, for more than half of the workers that one step after another
// could use.
func TestRegionParts(t *testing.T) {
	for _, c := range []struct {
		shape          ir.Shape
		rows, workers  int
		parts, readers int
		apart          int
	}{
		{ir.Shape{8, 3}, 8, 1, 1, 1, 99},
		{ir.Shape{8, 3}, 8, 2, 2, 2, 99},
		{ir.Shape{9, 3}, 9, 2, 2, 2, 99},
		{ir.Shape{8, 3}, 8, 3, 2, 2, 99},
		{ir.Shape{8, 3}, 8, 5, 1, 1, 99}, // most would have nothing to do
		{ir.Shape{15, 1}, 15, 3, 3, 3, 99},
		{ir.Shape{7, 3}, 7, 3, 1, 1, 99},
		{ir.Shape{24, 2}, 8, 3, 2, 2, 99}, // parts of three rows
		{ir.Shape{8, 0}, 8, 2, 2, 2, 99},
		{ir.Shape{8, 3}, 8, 5, 2, 2, 3}, // the steps alone would use three
		{ir.Shape{8, 3}, 8, 5, 1, 1, 4},
	} {
		t.Run(fmt.Sprintf("%v on %d", c.shape, c.workers), func(t *testing.T) {
			w := pool.New(c.workers)
			defer w.Close()
			var calls atomic.Int32
			plan := twice(double(&calls, func(*ir.Call[float64]) {}), c.shape, c.rows)
			plan.Regions[0].Apart = c.apart
			p := exec.New(plan, w, exec.Shared[float64]{})
			refs := p.Readers(plan.Inputs[0].Where)
			if len(refs) != c.readers {
				t.Errorf("%d operands read the input, want %d", len(refs), c.readers)
			}
			x := p.Floats(plan.Inputs[0].Where)
			other := make([]float64, len(x))
			for i := range x {
				x[i], other[i] = float64(i), float64(-i)
			}
			run := func(want []float64) {
				t.Helper()
				calls.Store(0)
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				if n := int(calls.Load()); n != 2*c.parts {
					t.Errorf("%d calls of two steps, want %d", n, 2*c.parts)
				}
				for i, z := range p.Floats(plan.Outputs[0].Where) {
					if z != 4*want[i] {
						t.Fatalf("element %d is %v, want %v", i, z, 4*want[i])
					}
				}
			}
			run(x)
			p.Bind(refs, other)
			run(other)
			p.Bind(refs, x)
			run(x)
		})
	}
}

// TestRegionStrips counts the strips of regions that write more than the cache holds, and compares
// the results. A quarter of the second-level cache is 64 rows.
func TestRegionStrips(t *testing.T) {
	const wide = 32
	row := 2 * wide * 8 // bytes that both steps write
	defer func(n int) { cpu.L2 = n }(cpu.L2)
	cpu.L2 = 4 * 64 * row
	for _, c := range []struct{ rows, workers, strips int }{
		{128, 1, 1},
		{129, 1, 2},
		{640, 1, 10},
		{640, 2, 5},
		{250, 2, 1}, // each worker writes less than half of the cache
		{643, 3, 3},
	} {
		t.Run(fmt.Sprintf("%d rows on %d", c.rows, c.workers), func(t *testing.T) {
			w := pool.New(c.workers)
			defer w.Close()
			var calls atomic.Int32
			plan := twice(double(&calls, func(*ir.Call[float64]) {}), ir.Shape{c.rows, wide}, c.rows)
			p := exec.New(plan, w, exec.Shared[float64]{})
			x := p.Floats(plan.Inputs[0].Where)
			for i := range x {
				x[i] = float64(i)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if n, want := int(calls.Load()), 2*c.workers*c.strips; n != want {
				t.Errorf("%d calls of two steps, want %d", n, want)
			}
			for i, z := range p.Floats(plan.Outputs[0].Where) {
				if z != 4*x[i] {
					t.Fatalf("element %d is %v, want %v", i, z, 4*x[i])
				}
			}
			took := make([]time.Duration, 2)
			if err := p.Profile(took); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestRegionPanic wants the panic of a part in the goroutine that runs the program,
// whichever worker has it, and the next run to be whole.
func TestRegionPanic(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	boom := errors.New("boom")
	bad := -1.0
	var calls atomic.Int32
	plan := twice(double(&calls, func(c *ir.Call[float64]) {
		if slices.Contains(c.In[0], bad) {
			panic(boom)
		}
	}), ir.Shape{24}, 24)
	p := exec.New(plan, w, exec.Shared[float64]{})
	x := p.Floats(plan.Inputs[0].Where)
	for i := range x {
		x[i] = 3
	}
	for _, row := range []int{0, 12, 23} {
		x[row] = bad
		got := func() (r any) {
			defer func() { r = recover() }()
			_ = p.Run()
			return nil
		}()
		if got != boom {
			t.Errorf("row %d: got the panic %v, want %v", row, got, boom)
		}
		x[row] = 3
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for i, z := range p.Floats(plan.Outputs[0].Where) {
			if z != 12 {
				t.Fatalf("after the panic in row %d: element %d is %v, want 12", row, i, z)
			}
		}
	}
}

// TestRegionFault wants what a part reports as the error of the run.
func TestRegionFault(t *testing.T) {
	w := pool.New(2)
	defer w.Close()
	var calls atomic.Int32
	boom := errors.New("boom")
	plan := twice(double(&calls, func(c *ir.Call[float64]) { c.Fault.Report(boom) }), ir.Shape{8}, 8)
	p := exec.New(plan, w, exec.Shared[float64]{})
	for range 2 {
		if err := p.Run(); !errors.Is(err, boom) {
			t.Errorf("got the error %v, want %v", err, boom)
		}
	}
}

// TestRegionProfile wants the last step to have the time that the first part waits
// for the others.
func TestRegionProfile(t *testing.T) {
	w := pool.New(2)
	defer w.Close()
	const nap = 20 * time.Millisecond
	var calls atomic.Int32
	plan := twice(double(&calls, func(c *ir.Call[float64]) {
		if c.In[0][0] < 0 {
			time.Sleep(nap)
		}
	}), ir.Shape{8}, 8)
	p := exec.New(plan, w, exec.Shared[float64]{})
	x := p.Floats(plan.Inputs[0].Where)
	x[4] = -1 // the first row of the second part, whose two steps sleep
	took := make([]time.Duration, 2)
	start := time.Now()
	if err := p.Profile(took); err != nil {
		t.Fatal(err)
	}
	if passed := time.Since(start); took[0] < 0 || took[1] < nap || took[0]+took[1] < 2*nap || took[0]+took[1] > passed {
		t.Errorf("the steps took %v of %v, want about %v in all, most of it in the second", took, passed, 2*nap)
	}
}
