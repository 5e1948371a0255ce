package train

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

// checkTargets returns a *graph.TargetError if a field of d holds a number outside of
// the domain that the loss wants for the input of that name.
func checkTargets(d *data.Dataset, name string, want graph.Domain) error {
	f, ok := d.Field(name)
	if want == 0 || !ok {
		return nil
	}
	outside := func(i int, v float64) error {
		if want.Takes(v) {
			return nil
		}
		return &graph.TargetError{Input: name, Row: i / f.Size(), Element: i % f.Size(), Value: v, Want: want}
	}
	for i, v := range f.Floats {
		if err := outside(i, v); err != nil {
			return err
		}
	}
	for i, v := range f.Ints {
		if err := outside(i, float64(v)); err != nil {
			return err
		}
	}
	return nil
}
