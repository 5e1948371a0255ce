package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs runs the commands of the page, one after the other, as a reader would.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/command.md")
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(filepath.Join(root, "examples"), "examples"); err != nil {
		t.Skip(err)
	}
	ran := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		args := strings.Fields(line)
		if len(args) < 2 || args[0] != "symgrad" || !strings.HasPrefix(line, "symgrad ") {
			continue
		}
		ran[args[1]] = true
		if args[1] == "serve" { // which does not end by itself
			continue
		}
		if status, out, errs := symgrad(args[1:]...); status != done || out == "" && args[1] != "export" && args[1] != "import" {
			t.Errorf("%s: status %d, %s%s", line, status, errs, out)
		}
	}
	for _, v := range verbs {
		if !ran[v.name] {
			t.Errorf("the page has no command of the verb %s", v.name)
		}
	}
}
