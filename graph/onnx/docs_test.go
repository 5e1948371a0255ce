package onnx

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// TestPage checks that docs/export.md lists the operators of each form. With -update it does.
func TestPage(t *testing.T) {
	by := map[form][]string{}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		by[rules[name].form] = append(by[rules[name].form], "`"+name+"`")
	}
	var table strings.Builder
	table.WriteString("| | operators |\n|---|---|\n")
	for f, what := range []string{"one node", "several nodes", "no counterpart"} {
		fmt.Fprintf(&table, "| %s (%d) | %s |\n", what, len(by[form(f)]), strings.Join(by[form(f)], ", "))
	}
	path := filepath.Join("..", "..", "docs", "export.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(b), "| | operators |\n")
	want := text + table.String()
	if string(b) == want {
		return
	}
	if !golden.Update() {
		t.Fatalf("docs/export.md does not end with this table (go test ./graph/onnx -run TestPage -update writes it):\n%s", table.String())
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
