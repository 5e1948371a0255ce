package data

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Recipe is a list of steps that prepare a dataset for a model, one after the other. Fit takes
// the numbers that they need, such as means, from the training part alone. Apply does the same
// to any dataset, and Undo takes outputs of a model back. A fitted recipe marshals to JSON, so a
// model file has it too, and may be shared between goroutines.
//
//	r := data.Recipe{Steps: []data.Step{
//		&data.Impute{Field: "x", Strategy: data.ImputeMedian, Indicator: true},
//		&data.Scaler{Field: "x"},
//		&data.OneHotEncoder{Field: "kind"},
//		&data.Join{Fields: []string{"x", "kind"}},
//	}}
//
// The zero Recipe changes nothing.
type Recipe struct {
	// Steps are done in this order.
	Steps []Step
	// Fields describes the fields of the training part that the steps read. Fit sets it.
	Fields []FieldInfo
}

// Step is one step of a Recipe: a *Scaler, *MinMax, *Impute, *OneHotEncoder, *Clip, *Log1p or *Join.
// Each is a struct with settings and with the numbers that Fit finds, and may be used without a
// Recipe.
type Step interface {
	// Fit takes what the step needs from the training part. On an error the step stays as
	// it was.
	Fit(train *Dataset) error
	// Apply returns d with the step done. It does not change d.
	Apply(d *Dataset) (*Dataset, error)

	fit(train Source) error                   // Fit, for any source
	reads() []string                          // the fields that it reads
	check() error                             // what is wrong with the fitted numbers
	copied() Step                             // with the same numbers; Fit makes new lists
	unfitted() Step                           // with the settings alone
	describe(fields []Field) ([]Field, error) // what Apply makes of fields, which have no values
}

// inverse is a Step that can be undone.
type inverse interface {
	Inverse(rows []float64) error
}

// Fit fits the steps to the training part: the first to train itself, each other to what the
// steps before it make of train. Steps that have been fitted are fitted anew. On an error the
// recipe stays as it was.
//
// A Source that is not in memory is read a few times for each step, some examples at a time, with the
// bits of the same examples in memory. Only the medians of an Impute and the quantiles of a Clip
// need all numbers of their columns at once.
//
// Errors: those of the steps, with number and type; ErrEmpty for a nil source; ErrOption for a
// nil recipe and a nil step; those of the source.
func (r *Recipe) Fit(train Source) error {
	if r == nil {
		return mistake.Optionf("data: Recipe: got nil, want a value")
	}
	if mistake.IsNil(train) {
		return errNoDataset()
	}
	if err := r.whole(); err != nil {
		return err
	}
	if _, inside := train.(*Dataset); !inside {
		if err := checkSource(train); err != nil {
			return errors.WithMessage(err, "data: Recipe")
		}
	}
	out := Recipe{}
	now := train
	for i, s := range r.Steps {
		s = s.copied()
		err := s.fit(now)
		if err == nil {
			now, err = stepped(now, s)
		}
		if err != nil {
			return atStep(err, i, s)
		}
		out.Steps = append(out.Steps, s)
	}
	for _, name := range out.Reads() {
		for _, f := range train.Info() {
			if f.Name == name {
				out.Fields = append(out.Fields, f)
			}
		}
	}
	*r = out
	return nil
}

// stepped returns src with the fitted step done.
func stepped(src Source, s Step) (Source, error) {
	if d, ok := src.(*Dataset); ok {
		return s.Apply(d)
	}
	return Through(src, s.Apply)
}

// Apply returns d with all steps done. A step whose fields d does not have is left out: to
// predict, no targets are needed. Columns and classes without names get those of the training
// part. d is not changed.
//
// Errors: those of the steps, with number and type; those of CheckRaw; ErrEmpty for a nil dataset;
// ErrOption for a step that has not been fitted; ErrShape, ErrField and ErrLabel for a field with other rows,
// other columns or other classes than in the training part.
func (r Recipe) Apply(d *Dataset) (*Dataset, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	if err := r.CheckRaw(d); err != nil {
		return nil, err
	}
	named := &Dataset{fields: d.Fields(), magnitude: d.magnitude, n: d.n}
	for k := range named.fields {
		f := &named.fields[k]
		for _, want := range r.Fields {
			if want.Name != f.Name {
				continue
			}
			if err := want.takes(*f); err != nil {
				return nil, err
			}
			if f.Columns == nil {
				f.Columns = want.Columns
			}
			if f.Categories == nil {
				f.Categories = want.Categories
			}
			if f.ClassNames == nil && f.Classes == want.Classes {
				f.ClassNames = want.ClassNames
			}
		}
	}
	d = named
	for i, s := range r.Steps {
		has := func(name string) bool { _, ok := d.Field(name); return ok }
		if !slices.ContainsFunc(s.reads(), has) {
			continue
		}
		err := s.check()
		if err == nil {
			d, err = s.Apply(d)
		}
		if err != nil {
			return nil, atStep(err, i, s)
		}
	}
	return d, nil
}

// FitApply fits the recipe to the training part and returns what Apply makes of it.
//
// Errors: those of Fit and Apply.
func (r *Recipe) FitApply(train *Dataset) (*Dataset, error) {
	if err := r.Fit(train); err != nil {
		return nil, err
	}
	return r.Apply(train)
}

// Undo takes numbers of a field, such as the outputs of a model for its target, back to the
// units of the training part, in place. rows are flat and row-major. The steps of the field are
// undone from the last to the first: those of Scaler, MinMax and Log1p. What Clip and Impute have
// changed stays.
//
// Errors: ErrField for a OneHotEncoder or a Join of the field, and an Impute that has added columns;
// ErrShape when rows are no whole number of rows; ErrNotFinite for a result that is not finite.
// rows may then be undone in part.
func (r Recipe) Undo(field string, rows []float64) error {
	if err := r.whole(); err != nil {
		return err
	}
	for i := len(r.Steps) - 1; i >= 0; i-- {
		s := r.Steps[i]
		if j, ok := s.(*Join); !slices.Contains(s.reads(), field) && !(ok && j.into() == field) {
			continue
		}
		undo, ok := s.(inverse)
		if !ok {
			return atStep(mistake.Newf(ErrField, "got the field %q to undo, want one without this step", field), i, s)
		}
		if err := undo.Inverse(rows); err != nil {
			return atStep(err, i, s)
		}
	}
	return nil
}

// Fitted reports whether all steps have been fitted.
func (r Recipe) Fitted() bool { return r.Validate() == nil }

// Validate returns what is wrong with the steps: one that is nil, has not been fitted, or has
// numbers that Fit does not make. It wraps ErrOption.
func (r Recipe) Validate() error {
	if err := r.whole(); err != nil {
		return err
	}
	for i, s := range r.Steps {
		if err := s.check(); err != nil {
			return atStep(err, i, s)
		}
	}
	for _, f := range r.Fields {
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}

// Unfitted returns a recipe with the settings of r, and without what Fit has found.
func (r Recipe) Unfitted() Recipe {
	var out Recipe
	for _, s := range r.Steps {
		if !mistake.IsNil(s) {
			s = s.unfitted()
		}
		out.Steps = append(out.Steps, s)
	}
	return out
}

// IsZero reports whether r has no steps.
func (r Recipe) IsZero() bool { return len(r.Steps) == 0 }

// Describe returns what Apply makes of fields: names, shapes, columns, whether they hold
// integers. Values and Starts are not looked at; a field of Ints without values holds integers.
//
// Errors: those of Apply that do not depend on values.
func (r Recipe) Describe(fields []Field) ([]Field, error) {
	if err := r.whole(); err != nil {
		return nil, err
	}
	for i, s := range r.Steps {
		if !slices.ContainsFunc(s.reads(), func(name string) bool { return named(fields, name) >= 0 }) {
			continue
		}
		err := s.check()
		if err == nil {
			fields, err = s.describe(fields)
		}
		if err != nil {
			return nil, atStep(err, i, s)
		}
	}
	return fields, nil
}

// Imputes reports whether a step fills the missing cells of a column, from 0, of a field. An
// Impute of a field that a Join makes of it counts for all columns.
func (r Recipe) Imputes(field string, column int) bool {
	joined := false
	for _, s := range r.Steps {
		switch s := s.(type) {
		case *Impute:
			if s != nil && orX(s.Field) == field && (joined || s.Columns == nil || slices.Contains(s.Columns, column)) {
				return true
			}
		case *Join:
			if s != nil && slices.Contains(s.Fields, field) {
				field, joined = s.into(), true
			}
		}
	}
	return false
}

// Resized says which step was the last to give the rows of a field another number of elements:
// "step 0, Impute, makes 3 of 2"; "" if none did. The recipe must be fitted.
func (r Recipe) Resized(field string) (words string) {
	fields := make([]Field, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = f.Field()
	}
	for i, s := range r.Steps {
		made, err := (Recipe{Steps: r.Steps[i : i+1]}).Describe(fields)
		if err != nil { // Apply says so
			return words
		}
		was, is := named(fields, field), named(made, field)
		switch {
		case is < 0:
		case was < 0:
			words = fmt.Sprintf("step %d, %s, makes it", i, typeOfStep(s))
		case fields[was].Size() != made[is].Size():
			words = fmt.Sprintf("step %d, %s, makes %d of %d", i, typeOfStep(s), made[is].Size(), fields[was].Size())
		}
		fields = made
	}
	return words
}

// Sources returns the fields that Apply makes the given fields of: a Join has several.
func (r Recipe) Sources(fields ...string) []string {
	out := slices.Clone(fields)
	for i := len(r.Steps) - 1; i >= 0; i-- {
		j, ok := r.Steps[i].(*Join)
		if !ok || j == nil {
			continue
		}
		if k := slices.Index(out, j.into()); k >= 0 {
			out = slices.Replace(out, k, k+1, j.Fields...)
		}
	}
	once := out[:0]
	for _, name := range out {
		if !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	return once
}

// Reads returns the fields that a data set has and the steps read, without those that a Join has
// made before.
func (r Recipe) Reads() (out []string) {
	made := map[string]bool{}
	for _, s := range r.Steps {
		if mistake.IsNil(s) {
			continue
		}
		for _, name := range s.reads() {
			if !made[name] && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		if j, ok := s.(*Join); ok && !slices.Contains(out, j.into()) {
			made[j.into()] = true
		}
	}
	return out
}

// whole returns an error for a nil step.
func (r Recipe) whole() error {
	for i, s := range r.Steps {
		if mistake.IsNil(s) {
			return mistake.Optionf("data: Recipe: step %d: got nil, want one such as &data.Scaler{}", i)
		}
	}
	return nil
}

// atStep returns err with the number and the type of the step.
func atStep(err error, i int, s Step) error {
	return errors.WithMessagef(err, "data: Recipe: step %d, %s", i, typeOfStep(s))
}

// named returns the index of the field of a name, -1 for none.
func named(fields []Field, name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
}

// orX returns the name of a field with its default.
func orX(name string) string {
	if name == "" {
		return "x"
	}
	return name
}
