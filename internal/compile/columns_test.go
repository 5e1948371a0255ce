package compile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestColumns runs loops that read some columns of a matrix and write some columns of another, on
// one to three workers. Each element is that of the same formula in Go. Rows of 32 columns are too
// short to be read where they lie; those of 100 end within a vector.
func TestColumns(t *testing.T) {
	for _, rows := range []int{1, 2, 37, 200} {
		for _, cols := range []int{32, 64, 100, 128} {
			for workers := 1; workers <= 3; workers++ {
				columns[float32](t, "f32", rows, cols, workers)
				columns[float64](t, "f64", rows, cols, workers)
			}
		}
	}
}

func columns[T ir.Float](t *testing.T, dtype string, rows, cols, workers int) {
	t.Helper()
	text := strings.NewReplacer("PART", fmt.Sprintf("%s[%d,%d]", dtype, rows, cols), "TYPE", dtype, "COUNT", fmt.Sprintf("count=[%d,%d] step=[1,1]", rows, cols),
		"A", fmt.Sprint(rows), "3H", fmt.Sprint(3*cols), "2H", fmt.Sprint(2*cols), "1H", fmt.Sprint(cols)).Replace(`func "f" {
  v0 = input TYPE[A,3H] "x"
  v1 = input PART "y"
  v2 = input TYPE[] "n"
  v3 = slice PART v0 {COUNT start=[0,0]}
  v4 = slice PART v0 {COUNT start=[0,1H]}
  v5 = slice PART v0 {COUNT start=[0,2H]}
  v6 = mul PART v3 v4
  v7 = add PART v6 v1
  v8 = mul PART v7 v5
  v9 = broadcast PART v2 {shape=[A,1H]}
  v10 = sub PART v8 v9
  v11 = sub PART v4 v1
  v12 = mul PART v5 v5
  v13 = concat TYPE[A,3H] v10 v11 v12 {axis=1}
  return v13
}`)
	f, err := ir.Parse(text, LookupDef)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(f, make([]Target, 1), Options{Verify: ir.Verify, Regions: AllRegions})
	if err != nil {
		t.Fatal(err)
	}
	w := pool.New(workers)
	defer w.Close()
	p := exec.New[T](plan, w, exec.Shared[T]{})
	in := make([][]T, 3)
	for k, s := range plan.Inputs {
		in[k] = p.Floats(s.Where)
		for i := range in[k] {
			in[k][i] = spread[T](k, i)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	out := p.Floats(plan.Outputs[0].Where)
	for i := range rows {
		for j := range cols {
			at := 3*cols*i + j
			x0, x1, x2, y := in[0][at], in[0][at+cols], in[0][at+2*cols], in[1][cols*i+j]
			for k, want := range []T{T((T(x0*x1)+y)*x2) - in[2][0], x1 - y, x2 * x2} {
				if got := out[at+k*cols]; got != want {
					t.Fatalf("%s, %d rows of %d columns, %d workers: row %d, column %d of part %d is %v, want %v", dtype, rows, cols, workers, i, j, k, got, want)
				}
			}
		}
	}
}
