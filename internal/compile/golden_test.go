package compile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
)

var update = flag.Bool("update", false, "write what the passes do to testdata")

// TestPasses runs each pass on the functions in testdata/<pass>.txt. A file holds
// cases: a line "# what it shows", a function, a line "=>" and the function that
// the pass makes of it, or "= unchanged". With -update the results are written
// anew; check them.
func TestPasses(t *testing.T) {
	done := map[string]bool{}
	for _, p := range compile.Passes {
		if done[p.Name] {
			continue
		}
		done[p.Name] = true
		t.Run(p.Name, func(t *testing.T) { golden(t, p) })
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) != len(done) {
		t.Errorf("got %d files in testdata for %d passes: %v", len(files), len(done), err)
	}
}

const (
	arrow = "=>\n"
	same  = "= unchanged\n"
)

func golden(t *testing.T, p compile.Pass) {
	path := filepath.Join("testdata", p.Name+".txt")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	unchanged := 0
	for i, c := range strings.Split("\n"+string(data), "\n# ")[1:] {
		title, rest, _ := strings.Cut(c, "\n")
		before, after, found := strings.Cut(rest, arrow)
		if !found {
			before, _, _ = strings.Cut(rest, same)
		}
		before = strings.TrimSpace(before) + "\n"
		got := passed(t, title, p, before)
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "# %s\n%s", title, before)
		if got == before {
			unchanged++
			out.WriteString(same)
			if found && !*update {
				t.Errorf("%s: the pass changes nothing, want\n%s", title, after)
			}
			continue
		}
		out.WriteString(arrow + got)
		if !*update && strings.TrimSpace(after) != strings.TrimSpace(got) {
			t.Errorf("%s: got\n%swant\n%s", title, got, after)
		}
	}
	if unchanged == 0 {
		t.Error("no case that the pass leaves alone")
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// passed is what the pass makes of a function. What it says about having changed
// it must be true.
func passed(t *testing.T, title string, p compile.Pass, text string) string {
	t.Helper()
	f, err := ir.Parse(text, compile.LookupDef)
	if err != nil {
		t.Fatalf("%s: %v", title, err)
	}
	if err := ir.Verify(f); err != nil {
		t.Fatalf("%s: %v", title, err)
	}
	before := f.String()
	changed := p.Run(f)
	after := f.String()
	if !changed && after != before {
		t.Errorf("%s: the pass denies that it made\n%s", title, after)
	}
	if err := ir.Verify(f); err != nil {
		t.Errorf("%s: after the pass: %v in\n%s", title, err, after)
	}
	return packedSize.ReplaceAllString(after, "$1[packed]")
}

// packedSize is the type of a packed operand, whose size is the processor's.
var packedSize = regexp.MustCompile(`(packright f\d\d)\[\d+\]`)
