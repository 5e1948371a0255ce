package mistake

import (
	"strings"
	"testing"
)

// TestCategories holds which lists mean the same, and what is said of those that do not.
func TestCategories(t *testing.T) {
	learned := [][]string{nil, {"a", "b"}, {"L", "S"}}
	for _, c := range []struct {
		got   [][]string
		at    int
		words string // "" if they mean the same
	}{
		{nil, 0, ""},
		{learned, 0, ""},
		{[][]string{nil, {"a"}, nil}, 0, ""},
		{[][]string{{"z"}, nil, {"L"}}, 0, ""},
		{[][]string{nil, {"b"}, {"L", "S"}}, 1, `got the category "b" for the index 0, want "a"`},
		{[][]string{nil, {"a", "b"}, {"L", "S", "XL"}}, 2, `got the category "XL", want one of the 2`},
	} {
		if at, got := Categories(c.got, learned); at != c.at || (got == "") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%q: got %q at %d, want %q at %d", c.got, got, at, c.words, c.at)
		}
	}
}
