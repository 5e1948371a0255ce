package compile_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestPasses runs each pass on the functions in testdata/<pass>.txt, one of which
// it must leave alone, and descend on those in testdata/descend.txt.
func TestPasses(t *testing.T) {
	runs := map[string]func(*ir.Func) bool{"descend": descend}
	for _, p := range compile.Passes {
		runs[p.Name] = p.Run
	}
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			unchanged := cases(t, filepath.Join("testdata", name+".txt"), func(t *testing.T, f *ir.Func) string { return passed(t, f, run) })
			if unchanged == 0 {
				t.Error("no case that the pass leaves alone")
			}
		})
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) != len(runs) {
		t.Errorf("got %d files in testdata for %d passes: %v", len(files), len(runs), err)
	}
}

// descend makes steps of the results behind the first one, which are gradients of
// the parameters as they stand in the text.
func descend(f *ir.Func) bool {
	targets := []compile.Target{{}}
	for _, v := range f.Values {
		if v.Leaf == ir.Param && len(targets) < len(f.Out) {
			targets = append(targets, compile.Target{Name: v.Name, Descend: true, Offset: v.Index})
		}
	}
	f.Sort() // as the passes leave it: without parameters that nothing reads
	return compile.Descend(f, targets)
}

// passed is what run makes of f. What it says about having changed f must be true.
func passed(t *testing.T, f *ir.Func, run func(*ir.Func) bool) string {
	t.Helper()
	before := f.String()
	changed := run(f)
	after := f.String()
	if !changed && after != before {
		t.Errorf("the pass denies that it made\n%s", after)
	}
	if err := ir.Verify(f); err != nil {
		t.Errorf("after the pass: %v in\n%s", err, after)
	}
	return packedSize.ReplaceAllString(after, "$1[packed]")
}

// packedSize is the type of a packed operand, whose size is the processor's.
var packedSize = regexp.MustCompile(`(packright f\d\d)\[\d+\]`)
