package mistake

import (
	"strings"
	"testing"
)

// TestAxes holds which shapes stand for each other, and what is said of those that do not.
func TestAxes(t *testing.T) {
	for _, c := range []struct {
		got, want []int
		words     string // "" if they stand for each other
	}{
		{[]int{784}, []int{1, 28, 28}, ""},
		{[]int{1, 28, 28}, []int{784}, ""},
		{nil, []int{1, 1}, ""},
		{[]int{8, 1}, []int{8}, ""},
		{[]int{1, 28, 28}, []int{28, 28}, ""},
		{[]int{28, 28}, []int{28, 28, 1}, ""},
		{[]int{2, 3}, []int{1, 1, 2, 3}, ""},
		{[]int{3, 4, 5}, []int{3, 4, 5}, ""},
		{[]int{28, 28, 1}, []int{1, 28, 28}, "got examples of the shape [28, 28, 1], want [1, 28, 28]; their numbers lie in the right order, so give the field this Shape"},
		{[]int{8, 1}, []int{1, 8}, "the right order"},
		{[]int{32, 32, 3}, []int{3, 32, 32}, "with its last axis moved to the front the field has this shape, and Dataset.Map"},
		{[]int{32, 3, 32}, []int{3, 32, 32}, "in the order [1, 0, 2]"},
		{[]int{3, 32, 32}, []int{32, 32, 3}, "with its first axis moved to the end"},
		{[]int{4, 7}, []int{7, 4}, "with its axes in the order [1, 0] the field has this shape, and Dataset.Map"},
		{[]int{2, 3, 4, 5}, []int{3, 2, 5, 4}, "the order [1, 0, 3, 2]"},
		{[]int{14, 56}, []int{28, 28}, "got examples of the shape [14, 56], want [28, 28]"},
		{[]int{2, 2, 7}, []int{4, 7}, "want [4, 7]"},
		{[]int{2, 14}, []int{2, 2, 7}, "want [2, 2, 7]"},
	} {
		got := Axes(c.got, c.want)
		if (got == "") != (c.words == "") || !strings.Contains(got, c.words) {
			t.Errorf("%v for %v: got %q, want %q", c.got, c.want, got, c.words)
		}
		if orders := c.got != nil && len(c.got) != len(c.want) || c.words == "got examples of the shape [14, 56], want [28, 28]"; orders && strings.Contains(got, ";") {
			t.Errorf("%v for %v: got %q, want no remedy", c.got, c.want, got)
		}
	}
}
