package compile_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestPasses runs each pass on the functions in testdata/<pass>.txt. It must leave one of
// them alone.
func TestPasses(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range compile.Passes {
		if seen[p.Name] {
			continue
		}
		seen[p.Name] = true
		t.Run(p.Name, func(t *testing.T) {
			unchanged := cases(t, filepath.Join("testdata", p.Name+".txt"), func(t *testing.T, f *ir.Func) string { return passed(t, f, p) })
			if unchanged == 0 {
				t.Error("no case that the pass leaves alone")
			}
		})
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) != len(seen) {
		t.Errorf("got %d files in testdata for %d passes: %v", len(files), len(seen), err)
	}
}

// passed returns what p makes of f. What p says about having changed f must be true.
func passed(t *testing.T, f *ir.Func, p compile.Pass) string {
	t.Helper()
	before := f.String()
	targets := make([]compile.Target, len(f.Out))
	if p.Name == "descend" {
		targets = steps(f)
	}
	changed := p.Run(f, targets)
	after := f.String()
	if changed != (after != before) {
		t.Errorf("the pass says %v about having changed the function to\n%s", changed, after)
	}
	if err := ir.Verify(f); err != nil {
		t.Errorf("after the pass: %v in\n%s", err, after)
	}
	return packedSize.ReplaceAllString(after, "$1[packed]")
}

// steps makes steps of the results behind the first one, which are gradients of the
// parameters as they stand in the text.
func steps(f *ir.Func) []compile.Target {
	targets := []compile.Target{{}}
	for _, v := range f.Values {
		if v.Leaf == ir.Param && len(targets) < len(f.Out) {
			targets = append(targets, compile.Target{Name: v.Name, Descend: true, Offset: v.Index})
		}
	}
	f.Sort() // as the passes leave it: without parameters that nothing reads
	return targets
}

// packedSize is the type of a packed operand, whose size is the processor's.
var packedSize = regexp.MustCompile(`(packright f\d\d)\[\d+\]`)
