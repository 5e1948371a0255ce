package compile

import (
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// sameBits is sameValues without any deviation.
func sameBits[T ir.Float](t *testing.T, text, pass string, value func(k, i int) T) (without, with int) {
	t.Helper()
	return sameValues(t, text, pass, value, 0)
}

// sameValues compiles a function without a pass and with it, and runs both on the same inputs, the
// latter on one to three workers, which have the same bits. The outputs x must not be further from
// those without it than by·max(1, |x|). value gives element i of input k. It returns the numbers of steps.
func sameValues[T ir.Float](t *testing.T, text, pass string, value func(k, i int) T, by float64) (without, with int) {
	t.Helper()
	run := func(skip bool, workers int) (out []T, steps int) {
		f, err := ir.Parse(text, LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Compile(f, make([]Target, len(f.Out)), Options{Skip: map[string]bool{pass: skip}, Verify: ir.Verify, Regions: AllRegions})
		if err != nil {
			t.Fatal(err)
		}
		w := pool.New(workers)
		defer w.Close()
		p := exec.New[T](plan, w, exec.Shared[T]{})
		for k, in := range plan.Inputs {
			for i, x := 0, p.Floats(in.Where); i < len(x); i++ {
				x[i] = value(k, i)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for _, o := range plan.Outputs {
			out = append(out, p.Floats(o.Where)...)
		}
		return out, len(plan.Steps)
	}
	want, without := run(true, 1)
	one, with := run(false, 1)
	for i, x := range want {
		if off := math.Abs(float64(one[i] - x)); !(off <= by*max(1, math.Abs(float64(x)))) {
			t.Errorf("with the pass %s, element %d is %v, without it %v, of\n%s", pass, i, one[i], x, text)
			break
		}
	}
	for workers := 2; workers <= 3; workers++ {
		if got, _ := run(false, workers); !slices.Equal(got, one) {
			t.Errorf("%d workers: other bits than one worker has with the pass %s of\n%s", workers, pass, text)
		}
	}
	return without, with
}

// spread returns numbers from -0.5 to 0.5 without a pattern.
func spread[T ir.Float](k, i int) T { return T((i+k)*7919%1009)/1009 - 0.5 }
