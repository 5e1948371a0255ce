// Package enum writes and reads settings that are one of a few by their names, and so
// in JSON too.
//
// It owns no names: each type has a list of its own, in the order of its constants.
// Importers: internal/build, graph and its rooms, train and train/data.
package enum

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// String returns the name of constant i, or one such as activation(9) if there is none.
func String(kind string, names []string, i int) string {
	if i >= 0 && i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}

// Text returns the name of constant i. Errors: ErrOption if there is none.
func Text(kind string, names []string, i int) ([]byte, error) {
	if i >= 0 && i < len(names) {
		return []byte(names[i]), nil
	}
	return nil, mistake.Optionf("got the %s %d, want one of %s", kind, i, strings.Join(names, ", "))
}

// Read sets v to the constant that text names. Errors: ErrOption if there is none; v keeps
// its value then.
func Read[T ~int | ~uint8](v *T, kind string, names []string, text []byte) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return mistake.Optionf("got the %s %q, want one of %s", kind, mistake.Clip(string(text)), strings.Join(names, ", "))
	}
	*v = T(i)
	return nil
}
