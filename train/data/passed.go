package data

import (
	"reflect"
	"slices"
)

// passed is a step that a field has been through.
type passed struct {
	by  Step // the step itself
	was Step // a copy with its numbers of then
}

// through returns f with s added to the steps that it has been through.
func (f Field) through(s Step) Field {
	f.passed = append(slices.Clip(f.passed), passed{s, s.copied()})
	return f
}

// is reports whether s is the step, or one with the same numbers. A Log1p has none to tell it by.
func (p passed) is(s Step) bool {
	if _, log := s.(*Log1p); log {
		return p.by == s
	}
	return p.by == s || reflect.DeepEqual(p.was, s)
}

// CheckRaw returns an error if a field of d has been through one of the steps already that change
// numbers each time: a Scaler, a MinMax or a Log1p. It tells a Scaler and a MinMax by their
// numbers, also after they were saved, and a Log1p within the program. A dataset keeps that
// when it is cut, joined with others or given new fields. Apply calls CheckRaw.
//
// Errors: ErrField, with field, number and type of the step.
func (r Recipe) CheckRaw(d *Dataset) error {
	if d == nil {
		return errNoDataset()
	}
	if err := r.whole(); err != nil {
		return err
	}
	for _, f := range d.fields {
		for i, s := range r.Steps {
			if slices.Contains(s.reads(), f.Name) && changesAgain(s) && slices.ContainsFunc(f.passed, func(p passed) bool { return p.is(s) }) {
				return atStep(f.fail(ErrField, "got numbers that have been through this step, want those of before"), i, s)
			}
		}
	}
	return nil
}

// changesAgain reports whether the step changes what it has made once more.
func changesAgain(s Step) bool {
	switch s.(type) {
	case *Scaler, *MinMax, *Log1p:
		return true
	}
	return false
}
