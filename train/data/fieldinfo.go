package data

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// FieldInfo describes a field without its values, see Field.
type FieldInfo struct {
	Name       string     `json:"name"`
	Shape      []int      `json:"shape"`              // of one example; empty for one number
	Integers   bool       `json:"integers,omitempty"` // holds integers; otherwise numbers
	Classes    int        `json:"classes,omitempty"`
	ClassNames []string   `json:"class_names,omitempty"`
	Columns    []string   `json:"columns,omitempty"`
	Categories [][]string `json:"categories,omitempty"`
	Scale      float64    `json:"scale,omitempty"`
	Shift      float64    `json:"shift,omitempty"`
}

// info returns the description of f.
func (f Field) info() FieldInfo {
	f = f.clone()
	return FieldInfo{Name: f.Name, Shape: append([]int{}, f.Shape...), Integers: f.Integers(), Classes: f.Classes,
		ClassNames: f.ClassNames, Columns: f.Columns, Categories: f.Categories, Scale: f.Scale, Shift: f.Shift}
}

// Field returns a field of the description, without values.
func (i FieldInfo) Field() Field {
	f := Field{Name: i.Name, Shape: i.Shape, Classes: i.Classes, ClassNames: i.ClassNames, Columns: i.Columns, Categories: i.Categories, Scale: i.Scale, Shift: i.Shift}
	if i.Integers {
		f.Ints = []int{}
	} else {
		f.Floats = []float64{}
	}
	return f
}

// check returns what is wrong with a description.
func (i FieldInfo) check() error {
	f := i.Field()
	size, err := f.checkedSize()
	if err != nil {
		return err
	}
	switch {
	case size > 1<<31-1:
		return f.fail(ErrOption, "got rows of %d elements, want fewer", size)
	case f.Columns != nil && len(f.Columns) != size:
		return f.fail(ErrOption, "got %d column names, want %d", len(f.Columns), size)
	case f.Categories != nil && len(f.Categories) != size:
		return f.fail(ErrOption, "got categories of %d columns, want %d", len(f.Categories), size)
	case !finite(f.Scale) || !finite(f.Shift) || f.Classes < 0:
		return f.fail(ErrOption, "got Scale %v, Shift %v and %d classes, want what Fit makes", f.Scale, f.Shift, f.Classes)
	}
	return nil
}

// takes returns an error unless f has rows that mean the same.
func (i FieldInfo) takes(f Field) error {
	switch want := i.Field(); {
	case f.Size() != want.Size():
		return f.fail(ErrShape, "got rows of %d elements, want %d as in the training part", f.Size(), want.Size())
	case mistake.Axes(f.Shape, i.Shape) != "":
		return f.fail(ErrShape, "%s; that is the shape of the training part", mistake.Axes(f.Shape, i.Shape))
	case f.Integers() != i.Integers:
		return f.fail(ErrField, "got %s, want %s as in the training part", kindOfValues(f), kindOfValues(want))
	case f.Columns != nil && i.Columns != nil && !slices.Equal(f.Columns, i.Columns):
		return f.fail(ErrField, "got the columns %q, want %q as in the training part", f.Columns, i.Columns)
	case f.ClassNames != nil && i.ClassNames != nil && !slices.Equal(f.ClassNames, i.ClassNames):
		return f.fail(ErrLabel, "got the classes %q, want %q as in the training part", f.ClassNames, i.ClassNames)
	}
	if k, why := mistake.Categories(f.Categories, i.Categories); why != "" {
		return f.fail(ErrLabel, "%s: %s (CSVPlan.Read reads a table like the first one)", columnName(f, k), why)
	}
	return nil
}

// kindOfValues says what f holds.
func kindOfValues(f Field) string {
	if f.Integers() {
		return "integers"
	}
	return "numbers"
}

// ColumnsOf returns the numbers of the columns of the given names in a field, from 0, for the
// Columns of a Step.
//
// Errors: ErrEmpty for a nil dataset, ErrField when the field is missing or has no column of a
// name.
func (d *Dataset) ColumnsOf(field string, names ...string) ([]int, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	f, ok := d.Field(field)
	if !ok {
		return nil, d.missing(field)
	}
	var out []int
	for _, name := range names {
		c := slices.Index(f.Columns, name)
		if c < 0 {
			return nil, f.fail(ErrField, "got no column %q, want one of %s", name, mistake.Names(f.Columns))
		}
		out = append(out, c)
	}
	return out, nil
}

// choose returns which columns of f a step changes; nil for columns stands for all.
func choose(f Field, columns []int) ([]bool, error) {
	chosen := make([]bool, f.Size())
	for c := range chosen {
		chosen[c] = columns == nil
	}
	for _, c := range columns {
		if c < 0 || c >= len(chosen) {
			return nil, f.fail(ErrOption, "got the column %d, want one in 0..%d", c, len(chosen)-1)
		}
		if chosen[c] {
			return nil, f.fail(ErrOption, "got the column %d twice, want it once", c)
		}
		chosen[c] = true
	}
	return chosen, nil
}

// describeNumbers returns fields with numbers in one of them, which must have the given number
// of columns.
func describeNumbers(fields []Field, name string, columns int) ([]Field, error) {
	k := named(fields, name)
	if k < 0 {
		return nil, mistake.Newf(ErrField, "data: got no field %q, want one", name)
	}
	f := fields[k]
	switch {
	case f.Integers():
		return nil, f.fail(ErrField, "got integers, want numbers")
	case f.Size() != columns:
		return nil, f.fail(ErrShape, "got %d columns, want the %d that the step was fitted to", f.Size(), columns)
	}
	fields = slices.Clone(fields)
	fields[k] = f.holding([]float64{})
	return fields, nil
}

// fittedPairs returns an error unless a and b have finite numbers for the same columns, which
// are as ok says.
func fittedPairs(a, b []float64, ok func(a, b float64) bool) error {
	if len(a) == 0 || len(a) != len(b) {
		return mistake.Optionf("data: got a step for %d and %d columns, want one that has been fitted", len(a), len(b))
	}
	for c := range a {
		if !finite(a[c]) || !finite(b[c]) || !ok(a[c], b[c]) {
			return mistake.Optionf("data: column %d: got a step with %v and %v, want what Fit makes", c, a[c], b[c])
		}
	}
	return nil
}
