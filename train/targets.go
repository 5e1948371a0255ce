package train

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

// checkTargets returns a *graph.TargetError if a field of d holds a number that counts and is
// outside of the domain that the loss wants for the input of that name.
func checkTargets(d *data.Dataset, name string, want graph.Domain, e *ends) error {
	f, ok := d.Field(name)
	if want == 0 || !ok {
		return nil
	}
	if row, element, v, found := e.find(f, func(v float64) bool { return !want.Takes(v) }); found {
		return &graph.TargetError{Input: name, Row: row, Element: element, Value: v, Want: want}
	}
	return nil
}
