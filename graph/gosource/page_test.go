package gosource

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestPage checks that docs/gosource.md lists the operators that are not written.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/gosource.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if rules[name].make == nil {
			names = append(names, "`"+name+"`")
		}
	}
	if list := strings.Join(names, ", "); !strings.Contains(strings.Join(strings.Fields(string(page)), " "), list) {
		t.Errorf("docs/gosource.md does not list the operators without a counterpart: %s", list)
	}
}
