package data

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Dataset is a set of fields with the same number of examples. It is immutable
// and may be shared between goroutines.
type Dataset struct {
	fields []Field
	// magnitude holds the largest absolute value of every field, from which
	// Rows knows what fits in a float32.
	magnitude []float64
	n         int
}

// New returns a dataset of the given fields. It keeps their values and Starts
// without copying: they must not be changed afterwards.
//
// Errors: ErrField for no field, a name used twice or none, and a field with more
// than one list of values; ErrEmpty for no examples; ErrShape when a field does
// not divide into examples or the fields differ in length; ErrNotFinite for NaN or
// an infinity, with field, row and column; ErrLabel for a label out of range and
// for a single class; ErrOption for a Scale that has no meaning.
func New(fields ...Field) (*Dataset, error) {
	fields = slices.Clone(fields)
	for k := range fields {
		fields[k].from = nil // the values may be others than those of the field that it was
	}
	return assemble(fields...)
}

// assemble is New for fields whose rows are where they say.
func assemble(fields ...Field) (*Dataset, error) {
	if len(fields) == 0 {
		return nil, mistake.Newf(ErrField, "data: New: got no field, want at least one")
	}
	d := &Dataset{}
	for _, f := range fields {
		if _, twice := d.Field(f.Name); twice {
			return nil, f.fail(ErrField, "got two fields of this name, want one")
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		if len(d.fields) > 0 && f.Len() != d.n {
			return nil, f.fail(ErrShape, "got %d examples, want %d as in field %q%s", f.Len(), d.n, d.fields[0].Name, cmp.Or(f.unshaped(d.n), d.fields[0].unshaped(f.Len())))
		}
		d.n = f.Len()
		d.fields = append(d.fields, f.clone())
		d.magnitude = append(d.magnitude, f.magnitude())
	}
	return d, nil
}

// unshaped asks whether f is to have a Shape, where its numbers would make n examples with one; ""
// where they would not.
func (f Field) unshaped(n int) string {
	if f.Shape != nil || f.Len() <= n || f.Len()%n != 0 {
		return ""
	}
	return fmt.Sprintf("; has an example %d numbers in field %q (Shape: []int{%d}, or of images the axes in the order in which their numbers lie)?", f.Len()/n, f.Name, f.Len()/n)
}

// XY returns a dataset for regression: field "x" with in numbers an example and
// field "y" with out numbers an example, both flat and in row-major order
// (x: [N, in]; y: [N, out]). See New for ownership and errors.
func XY(x []float64, in int, y []float64, out int) (*Dataset, error) {
	if err := checkTable("XY", "x", len(x), in); err != nil {
		return nil, err
	}
	if err := checkTable("XY", "y", len(y), out); err != nil {
		return nil, err
	}
	return New(Field{Name: "x", Shape: []int{in}, Floats: x}, Field{Name: "y", Shape: []int{out}, Floats: y})
}

// XLabels returns a dataset for classification: field "x" with in numbers an
// example (x: [N, in]) and field "y" with the class label of every example.
//
// There are as many classes as the largest label plus one, so that the labels 0
// and 5 make six classes, four of them without examples. Errors beside those of
// New: ErrLabel for a negative label and when all labels are the same.
func XLabels(x []float64, in int, labels []int) (*Dataset, error) {
	if err := checkTable("XLabels", "x", len(x), in); err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: XLabels: got no labels, want one an example")
	}
	lowest, highest := slices.Min(labels), slices.Max(labels)
	if lowest == highest {
		return nil, mistake.Newf(ErrLabel, "data: XLabels: got only the label %d, %d times, want at least two classes to tell apart", lowest, len(labels))
	}
	// Where a label is negative or absurdly large, New names the row.
	classes := min(max(highest, 1), maxClasses-1) + 1
	return New(Field{Name: "x", Shape: []int{in}, Floats: x}, Field{Name: "y", Ints: labels, Classes: classes})
}

// checkTable says whether values numbers make rows of the given width.
func checkTable(op, name string, values, width int) error {
	switch {
	case width <= 0:
		return mistake.Shapef("data: %s: got %d columns for %q, want at least 1, which is one number an example", op, width, name)
	case values == 0:
		return mistake.Newf(ErrEmpty, "data: %s: got no values for %q, want at least one example", op, name)
	case values%width != 0:
		return mistake.Shapef("data: %s: got %d values for %q, want a multiple of its %d columns", op, values, name, width)
	}
	return nil
}

// errNoDataset is the error of what a nil or a zero dataset is asked.
func errNoDataset() error {
	return mistake.Newf(ErrEmpty, "data: got a nil dataset, or one without fields, want one that New or a reader made")
}

// Len returns the number of examples, at least 1; 0 of a nil dataset, which has no
// fields and no classes either.
func (d *Dataset) Len() int {
	if d == nil {
		return 0
	}
	return d.n
}

// Fields returns the fields in the order they were given. Their slices are those
// of the dataset and must not be changed.
func (d *Dataset) Fields() []Field {
	if d == nil {
		return nil
	}
	return slices.Clone(d.fields)
}

// Field returns the field with the given name. Its slices are those of the
// dataset and must not be changed. The field of a View, or of a part of
// Split, has Starts: row i then does not begin at element i·Size. Read it with Field.At or Rows.
func (d *Dataset) Field(name string) (Field, bool) {
	if d == nil {
		return Field{}, false
	}
	for _, f := range d.fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// labels returns the label field: the first one with classes.
func (d *Dataset) labels() (Field, bool) {
	if d == nil {
		return Field{}, false
	}
	for _, f := range d.fields {
		if f.Classes > 0 {
			return f, true
		}
	}
	return Field{}, false
}

// Classes returns the number of classes of the first field that holds class
// labels, 0 when there is none. A part of a dataset has the classes of the whole.
func (d *Dataset) Classes() int {
	f, _ := d.labels()
	return f.Classes
}

// ClassCounts returns how many labels of every class the first label field
// holds, nil when there is none. A zero tells of a class without examples.
func (d *Dataset) ClassCounts() []int {
	f, ok := d.labels()
	if !ok {
		return nil
	}
	counts, size := make([]int, f.Classes), f.Size()
	for i := range d.n {
		for k, at := 0, f.start(i); k < size; k++ {
			counts[f.integer(at+k)]++
		}
	}
	return counts
}

// CheckLabels returns an error when a value of the field is not in 0..classes-1, what a
// model with that many outputs can be trained on. It wraps ErrLabel and names row, value
// and number of classes. ErrField when the field is
// missing or holds numbers, ErrOption for fewer than one class.
func (d *Dataset) CheckLabels(field string, classes int) error {
	if d == nil {
		return errNoDataset()
	}
	if classes < 1 {
		return mistake.Optionf("data: field %q: got %d classes, want 1 or more", field, classes)
	}
	f, ok := d.Field(field)
	if !ok {
		return d.missing(field)
	}
	if !f.Integers() {
		return f.fail(ErrField, "got numbers, want labels: Ints or Bytes without a Scale")
	}
	return f.checkLabels(classes)
}

// missing is the error about a field that d does not have.
func (d *Dataset) missing(field string) error {
	if len(d.fields) == 0 { // the zero Dataset
		return errNoDataset()
	}
	names := make([]string, len(d.fields))
	for i, f := range d.fields {
		names[i] = f.Name
	}
	return mistake.Newf(ErrField, "data: got no field %q, want one of %s", field, mistake.Names(names))
}
