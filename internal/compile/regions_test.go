package compile_test

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestRegions plans the functions in testdata/plan/regions.txt with all regions.
func TestRegions(t *testing.T) {
	cases(t, "testdata/plan/regions.txt", func(t *testing.T, f *ir.Func) string {
		plan, err := compile.Compile(f, make([]compile.Target, len(f.Out)), compile.Options{Regions: compile.AllRegions, Verify: ir.Verify})
		if err != nil {
			t.Fatal(err)
		}
		return plan.String()
	})
}

// TestBetween wants the work of all steps for each wait: two products that wait for
// each other, a sum too small to share, and one region of both products.
func TestBetween(t *testing.T) {
	const text = `func "f" {
  v0 = input f32[64,128] "x"
  v1 = param f32[128,128] 0 "w1"
  v2 = param f32[128,128] 16384 "w2"
  v3 = matmul f32[64,128] v0 v1 {transA=false transB=false}
  v4 = matmul f32[64,128] v3 v2 {transA=false transB=false}
  v5 = sum f32[128] v4 {axes=[0] keep=false}
  return v5
}
`
	between := func(which compile.Regions) float64 {
		f, err := ir.Parse(text, compile.LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := compile.Compile(f, make([]compile.Target, 1), compile.Options{Regions: which})
		if err != nil {
			t.Fatal(err)
		}
		return plan.Between
	}
	product := 2 * 64 * 128 * 128 * 0.01 // nanoseconds
	if got := between(compile.NoRegions); !(got >= product && got < 1.1*product) {
		t.Errorf("two waits: got %v, want about the %v of a product", got, product)
	}
	if got := between(compile.AllRegions); !(got >= 2*product && got < 2.2*product) {
		t.Errorf("one wait: got %v, want about the %v of two products", got, 2*product)
	}
}

// TestApart wants the workers that the steps of a region can use one by one: many for large products,
// few for small ones.
func TestApart(t *testing.T) {
	apart := func(n, m string) int {
		text := `func "f" {
  v0 = input f32[N,M] "x"
  v1 = param f32[M,M] 0 "w"
  v2 = matmul f32[N,M] v0 v1 {transA=false transB=false}
  v3 = matmul f32[N,M] v2 v1 {transA=false transB=false}
  return v3
}
`
		f, err := ir.Parse(strings.NewReplacer("N", n, "M", m).Replace(text), compile.LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := compile.Compile(f, make([]compile.Target, 1), compile.Options{Regions: compile.AllRegions})
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Regions) != 1 {
			t.Fatalf("got %d regions, want one", len(plan.Regions))
		}
		return plan.Regions[0].Apart
	}
	if got := apart("16", "32"); got != 1 {
		t.Errorf("small products: got %d, want 1", got)
	}
	if got := apart("1024", "1024"); got < 1000 {
		t.Errorf("large products: got %d, want at least 1000", got)
	}
}
