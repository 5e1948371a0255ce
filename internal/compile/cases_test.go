package compile_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/ir"
)

const (
	arrow = "=>\n"
	same  = "= unchanged\n"
)

// cases compares what become makes of functions with a file of cases: a line
// "# what it shows", a function, a line "=>" and what is made of it, or
// "= unchanged". With -update the results are written anew; check them. It returns
// how many functions stay as they are.
func cases(t *testing.T, path string, become func(t *testing.T, f *ir.Func) string) (unchanged int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range strings.Split("\n"+string(data), "\n# ")[1:] {
		title, rest, _ := strings.Cut(c, "\n")
		before, want, found := strings.Cut(rest, arrow)
		if !found {
			before, _, _ = strings.Cut(rest, same)
		}
		before = strings.TrimSpace(before) + "\n"
		f, err := ir.Parse(before, compile.LookupDef)
		if err == nil {
			err = ir.Verify(f)
		}
		if err != nil {
			t.Fatalf("%s: %v", title, err)
		}
		var got string
		t.Run(title, func(t *testing.T) {
			got = become(t, f)
			if !found {
				want = before
			}
			if !golden.Update() && strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
		after := arrow + got
		if got == before {
			unchanged++
			after = same
		}
		out = append(out, fmt.Sprintf("# %s\n%s%s", title, before, after))
	}
	if golden.Update() {
		if err := os.WriteFile(path, []byte(strings.Join(out, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return unchanged
}
