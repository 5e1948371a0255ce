package compile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
)

// TestRegions plans the functions in testdata/plan/regions.txt with all regions. A
// case is a line "# what it shows", a function, a line "=>" and the plan. With -update
// the plans are written anew; check them.
func TestRegions(t *testing.T) {
	const path = "testdata/plan/regions.txt"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range strings.Split("\n"+string(data), "\n# ")[1:] {
		title, rest, _ := strings.Cut(c, "\n")
		text, want, _ := strings.Cut(rest, arrow)
		text = strings.TrimSpace(text) + "\n"
		f, err := ir.Parse(text, compile.LookupDef)
		if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		plan, err := compile.Compile(f, make([]compile.Target, len(f.Out)), compile.Options{Regions: compile.AllRegions, Verify: ir.Verify})
		if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		got := plan.String()
		if !*update && strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s: got\n%swant\n%s", title, got, want)
		}
		out = append(out, "# "+title+"\n"+text+arrow+got)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(out, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
