package foreign

import (
	"maps"
	"slices"
)

// SetHome makes the table read the operators of another package than gorgonia's.
// It returns the package before.
func SetHome(path string) (before string) {
	before, home = home, path
	return before
}

// Names are the names of all rows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(table)) }
