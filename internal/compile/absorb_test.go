package compile

import (
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestAbsorbBits computes the gradient of a softmax in one step and in two: along rows of many
// lengths and along another axis, with weights that are 0. The bits are the same.
func TestAbsorbBits(t *testing.T) {
	for _, shape := range []string{"[5,1]", "[7,10]", "[3,64]", "[4,1031]", "[2,33,9]"} {
		absorbBits[float32](t, "f32", shape)
		absorbBits[float64](t, "f64", shape)
	}
}

func absorbBits[T ir.Float](t *testing.T, dtype, shape string) {
	text := strings.NewReplacer("TYPE", dtype+shape).Replace(`func "f" {
  v0 = input TYPE "x"
  v1 = input TYPE "d"
  v2 = softmax TYPE v0 {axis=1}
  v3 = softmaxgrad TYPE v2 v1 {axis=1}
  return v3
}`)
	run := func(skip bool, workers int) (out []T, steps int) {
		f, err := ir.Parse(text, LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Compile(f, make([]Target, 1), Options{Skip: map[string]bool{"absorb": skip}, Verify: ir.Verify})
		if err != nil {
			t.Fatal(err)
		}
		w := pool.New(workers)
		defer w.Close()
		p := exec.New[T](plan, w, exec.Shared[T]{})
		for k, in := range plan.Inputs {
			x := p.Floats(in.Where)
			for i := range x {
				x[i] = T((i+k)*7919%1009)/100 - 5
				if i%11 == 3 && k == 0 {
					x[i] -= 500 // its weight is 0
				}
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(p.Floats(plan.Outputs[0].Where)), len(plan.Steps)
	}
	want, two := run(true, 1)
	for workers := 1; workers <= 3; workers++ {
		got, one := run(false, workers)
		if one != two-1 {
			t.Errorf("%s%s: got %d steps, want one less than %d", dtype, shape, one, two)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s%s, %d workers: one step has other bits than two", dtype, shape, workers)
		}
	}
}
