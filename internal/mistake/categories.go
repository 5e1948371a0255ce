package mistake

import "fmt"

// Categories says how the categories got of a row's elements differ from want, those that a model has
// learned, and at which element; "" if indices mean the same. An element without a list on one side is
// not compared. Categories that are missing at the end of a list of got make no difference.
func Categories(got, want [][]string) (element int, why string) {
	for k := range min(len(got), len(want)) {
		if got[k] == nil || want[k] == nil {
			continue
		}
		for i, name := range got[k] {
			switch {
			case i >= len(want[k]):
				return k, fmt.Sprintf("got the category %s, want one of the %d of the training set", clipped(name), len(want[k]))
			case name != want[k][i]:
				return k, fmt.Sprintf("got the category %s for the index %d, want %s as in the training set", clipped(name), i, clipped(want[k][i]))
			}
		}
	}
	return 0, ""
}

// clipped returns a short form of a name, quoted.
func clipped(name string) string {
	const most = 40
	if r := []rune(name); len(r) > most {
		name = string(r[:most]) + "..."
	}
	return fmt.Sprintf("%q", name)
}
