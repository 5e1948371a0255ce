package data

import (
	"slices"
	"strconv"

	"github.com/symgrad/symgrad/internal/mistake"
)

// nameOf returns the name of value i of an enumeration.
func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return strconv.Itoa(i)
	}
	return names[i]
}

// textOf returns the name of value i of the enumeration what, for JSON.
func textOf(what string, names []string, i int) ([]byte, error) {
	if i < 0 || i >= len(names) {
		return nil, mistake.Optionf("got the %s %d, want one of %q", what, i, names)
	}
	return []byte(names[i]), nil
}

// indexOf returns the value of the enumeration what that a text names.
func indexOf(what string, names []string, text []byte) (int, error) {
	i := slices.Index(names, string(text))
	if i < 0 {
		return 0, mistake.Optionf("got the %s %q, want one of %q", what, mistake.Clip(string(text)), names)
	}
	return i, nil
}
