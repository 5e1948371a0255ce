package compile_test

import (
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
