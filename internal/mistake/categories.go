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
				return k, fmt.Sprintf("got the category %q, want one of the %d of the training set", Clip(name), len(want[k]))
			case name != want[k][i]:
				return k, fmt.Sprintf("got the category %q for the index %d, want %q as in the training set", Clip(name), i, Clip(want[k][i]))
			}
		}
	}
	return 0, ""
}
