package compile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestPartsBits cuts products of both kinds of weights: the results have the bits of the whole products.
func TestPartsBits(t *testing.T) {
	for _, trans := range []bool{false, true} {
		partsBits[float32](t, "f32", trans)
		partsBits[float64](t, "f64", trans)
	}
}

func partsBits[T ir.Float](t *testing.T, dtype string, trans bool) {
	w := "[29,512]"
	if trans {
		w = "[512,29]"
	}
	text := strings.NewReplacer("TYPE", dtype, "SHAPE", w, "TRANS", fmt.Sprint(trans)).Replace(`func "f" {
  v0 = input TYPE[3,192,29] "x"
  v1 = input TYPESHAPE "w"
  v2 = input TYPE[512] "b"
  v3 = matmul TYPE[3,192,512] v0 v1 {transA=false transB=TRANS}
  v4 = broadcast TYPE[3,192,512] v2 {shape=[3,192,512]}
  v5 = add TYPE[3,192,512] v3 v4
  v6 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[2,0,0] step=[1,1,1]}
  v7 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[0,0,0] step=[1,1,1]}
  v8 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[1,0,0] step=[1,1,1]}
  v9 = tanh TYPE[1,192,512] v7
  return v6 v9 v8
}`)
	run := func(skip bool, workers int) (out []T, steps int) {
		f, err := ir.Parse(text, LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := Compile(f, make([]Target, 3), Options{Skip: map[string]bool{"parts": skip}, Verify: ir.Verify, Regions: AllRegions})
		if err != nil {
			t.Fatal(err)
		}
		w := pool.New(workers)
		defer w.Close()
		p := exec.New[T](plan, w, exec.Shared[T]{})
		for _, in := range plan.Inputs {
			for i, x := 0, p.Floats(in.Where); i < len(x); i++ {
				x[i] = T(i*7919%1009)/1009 - 0.5
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
	want, whole := run(true, 1)
	for workers := 1; workers <= 3; workers++ {
		got, cut := run(false, workers)
		if cut <= whole {
			t.Errorf("%s, transB %v: got %d steps, want more than the %d of the whole product", dtype, trans, cut, whole)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s, transB %v, %d workers: the parts have other bits than the whole product", dtype, trans, workers)
		}
	}
}
