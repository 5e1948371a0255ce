package data

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Join puts the rows of several fields of numbers one after the other into one field, in place of
// them. It is a Step: the last one, where a model has one input. Once fitted it may be shared
// between goroutines.
type Join struct {
	// Fields are the names of the fields, in the order of their numbers in a row.
	Fields []string
	// Into is the name of the field that they become; by default that of the first one.
	Into string

	// Widths hold the numbers in a row of each field; Fit sets them.
	Widths []int
}

// Fit takes the widths of the rows of train. Errors: ErrEmpty for a nil dataset, ErrField when a
// field is missing or holds integers, ErrOption for no fields, one that stands twice, and the name
// Into of another field.
func (j *Join) Fit(train *Dataset) error { return j.fit(train) }

func (j *Join) fit(src Source) error {
	if j == nil {
		return errNoScaler()
	}
	train, err := headOf(src)
	if err != nil {
		return err
	}
	if train == nil {
		return errNoDataset()
	}
	widths := make([]int, len(j.Fields))
	for i, name := range j.Fields {
		f, err := floats(train, name)
		if err != nil {
			return err
		}
		widths[i] = f.Size()
	}
	fit := Join{j.Fields, j.Into, widths}
	if err := fit.check(); err != nil {
		return err
	}
	if _, err := fit.describe(train.Fields()); err != nil {
		return err
	}
	j.Widths = widths
	return nil
}

// Apply returns d with the fields joined, as Floats, in the place of the first one. The names of
// the columns are those of the fields; a field without any gives its own. Other fields share their
// values with d.
//
// Errors: ErrField as for Fit, ErrShape for rows of another width, ErrOption when it has not been
// fitted.
func (j *Join) Apply(d *Dataset) (*Dataset, error) {
	if j == nil {
		return nil, errNoScaler()
	}
	if d == nil {
		return nil, errNoDataset()
	}
	if err := j.check(); err != nil {
		return nil, err
	}
	fields, err := j.describe(d.Fields())
	if err != nil {
		return nil, err
	}
	k := named(fields, j.into())
	width := fields[k].Size()
	if width > mostExamples/d.n {
		return nil, fields[k].fail(ErrShape, "got %d examples with %d columns, want what fits in memory", d.n, width)
	}
	rows, at := make([]float64, d.n*width), 0
	for i, name := range j.Fields {
		f, _ := d.Field(name)
		if i == 0 {
			fields[k].from = f.from
		}
		fields[k].passed = append(fields[k].passed, f.passed...)
		for r := range d.n {
			for c, from := 0, f.start(r); c < j.Widths[i]; c++ {
				rows[r*width+at+c] = f.value(from + c)
			}
		}
		at += j.Widths[i]
	}
	fields[k].Floats = rows
	return assemble(fields...)
}

// into returns the name of the joined field.
func (j *Join) into() string {
	if j.Into == "" && len(j.Fields) > 0 {
		return j.Fields[0]
	}
	return j.Into
}

func (j *Join) reads() []string { return j.Fields }
func (j *Join) copied() Step    { c := *j; return &c }
func (j *Join) unfitted() Step  { return &Join{Fields: j.Fields, Into: j.Into} }
func (j *Join) check() error {
	switch {
	case len(j.Fields) == 0:
		return mistake.Optionf("data: Join.Fields: got none, want one or more")
	case len(j.Widths) != len(j.Fields) || slices.ContainsFunc(j.Widths, func(n int) bool { return n < 1 || n > 1<<24 }):
		return mistake.Optionf("data: got a Join of the widths %v for %d fields, want one that has been fitted", j.Widths, len(j.Fields))
	}
	for i, name := range j.Fields {
		if name == "" || slices.Contains(j.Fields[:i], name) {
			return mistake.Optionf("data: Join.Fields: got %q, want each name once", j.Fields)
		}
	}
	return nil
}

func (j *Join) describe(fields []Field) ([]Field, error) {
	into := Field{Name: j.into(), Floats: []float64{}}
	var names []string
	var categories [][]string
	width, anyNames := 0, false
	for i, name := range j.Fields {
		k := named(fields, name)
		if k < 0 {
			return nil, mistake.Newf(ErrField, "data: got no field %q, want one to join with %q", name, j.Fields)
		}
		f := fields[k]
		switch {
		case f.Integers():
			return nil, f.fail(ErrField, "got integers to join, want numbers (OneHotEncoder makes numbers of them)")
		case f.Size() != j.Widths[i]:
			return nil, f.fail(ErrShape, "got %d columns, want the %d that the step was fitted to", f.Size(), j.Widths[i])
		}
		for c := range f.Size() {
			switch {
			case f.Columns != nil:
				names, anyNames = append(names, f.Columns[c]), true
			case len(f.Shape) == 0:
				names, anyNames = append(names, f.Name), true
			default:
				names = append(names, fmt.Sprintf("%s[%d]", f.Name, c))
			}
		}
		if f.Categories != nil {
			categories = append(append(categories, make([][]string, width-len(categories))...), f.Categories...)
		}
		width += f.Size()
		into.AllowNonFinite = into.AllowNonFinite || f.AllowNonFinite
	}
	into.Shape = []int{width}
	if anyNames {
		into.Columns = names
	}
	if categories != nil {
		into.Categories = append(categories, make([][]string, width-len(categories))...)
	}
	if k := named(fields, into.Name); k >= 0 && !slices.Contains(j.Fields, into.Name) {
		return nil, mistake.Optionf("data: Join.Into: got %q, want the name of no other field", into.Name)
	}
	var out []Field
	for _, f := range fields {
		switch {
		case f.Name == j.Fields[0]:
			out = append(out, into)
		case !slices.Contains(j.Fields, f.Name):
			out = append(out, f)
		}
	}
	return out, nil
}
