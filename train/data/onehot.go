package data

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// mostCategories bounds the columns that a OneHotEncoder makes.
const mostCategories = 1 << 16

// OneHotEncoder makes one column for each category of a field of integers: 1 in that of the example, 0
// in the others. The field then holds numbers, in one byte each, and no classes. If rows have
// several integers, their columns follow each other. It is a Step. Once fitted it may be shared
// between goroutines.
//
// Source: the values are those of scikit-learn's OneHotEncoder.
type OneHotEncoder struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// IgnoreUnknown gives a category that the training part does not have zeros alone. By
	// default it is an error.
	IgnoreUnknown bool

	// Categories holds the integers that have a column, in order, for each integer of a row;
	// Fit sets them. If the field has Classes these are all classes, otherwise the integers of
	// the training part.
	Categories [][]int
}

// Fit finds the categories in the field of train. On an error the OneHotEncoder stays as it was.
//
// Errors: ErrEmpty for a nil dataset, ErrField when the field is missing or holds numbers,
// ErrOption for more than 2^16 categories.
func (s *OneHotEncoder) Fit(train *Dataset) error { return s.fit(train) }

func (s *OneHotEncoder) fit(train Source) error {
	if s == nil {
		return errNoScaler()
	}
	first, err := headOf(train)
	if err != nil {
		return err
	}
	f, err := integers(first, s.Field)
	if err != nil {
		return err
	}
	found := make([][]int, f.Size())
	if f.Classes > 0 && f.Classes <= mostCategories {
		for c := range found {
			found[c] = identity(f.Classes)
		}
	} else if err := eachPart(train, func(_ int, d *Dataset) error { return addCategories(found, d, s.Field) }); err != nil {
		return err
	}
	total := 0
	for c := range found {
		if total += len(found[c]); total > mostCategories {
			return f.fail(ErrOption, "got %d categories up to column %d, want at most %d", total, c, mostCategories)
		}
	}
	s.Categories = found
	return nil
}

// addCategories adds the integers of each column of a field of d to those that were found, in order.
func addCategories(found [][]int, d *Dataset, field string) error {
	f, err := integers(d, field)
	if err != nil {
		return err
	}
	for c := range found {
		seen := map[int]bool{}
		for _, v := range found[c] {
			seen[v] = true
		}
		for i := range f.Len() {
			v := f.integer(f.start(i) + c)
			if seen[v] {
				continue
			}
			if seen[v] = true; len(seen) > mostCategories {
				return f.fail(ErrOption, "column %d: got more than %d categories, want fewer", c, mostCategories)
			}
			found[c] = append(found[c], v)
		}
		slices.Sort(found[c])
	}
	return nil
}

// Apply returns d with the field encoded, as Bytes with the Scale 1; the other fields share their
// values with d.
//
// Errors: ErrField as for Fit; ErrShape when rows have another number of integers than those that
// it was fitted to; ErrLabel for an unknown category, with row and column; ErrOption when it has
// not been fitted.
func (s *OneHotEncoder) Apply(d *Dataset) (*Dataset, error) {
	if s == nil {
		return nil, errNoScaler()
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	f, err := integers(d, s.Field)
	if err != nil {
		return nil, err
	}
	to, err := s.output(f)
	if err != nil {
		return nil, err
	}
	width := to.Size()
	if width > mostExamples/f.Len() {
		return nil, f.fail(ErrShape, "got %d examples with %d categories, want what fits in memory", f.Len(), width)
	}
	rows := make([]uint8, f.Len()*width)
	for i := range f.Len() {
		at := i * width
		for c, list := range s.Categories {
			v := f.integer(f.start(i) + c)
			k, known := slices.BinarySearch(list, v)
			switch {
			case known:
				rows[at+k] = 1
			case !s.IgnoreUnknown:
				return nil, f.fail(ErrLabel, "%s: got the category %d, want one of the %d of the training part", f.position(i, c), v, len(list))
			}
			at += len(list)
		}
	}
	to.Bytes = rows
	return d.with(to)
}

// output returns what the field f becomes, without values.
func (s *OneHotEncoder) output(f Field) (Field, error) {
	if f.Size() != len(s.Categories) {
		return f, f.fail(ErrShape, "got %d integers in a row, want the %d that the step was fitted to", f.Size(), len(s.Categories))
	}
	to := Field{Name: f.Name, Scale: 1, Bytes: []uint8{}, from: f.from}
	for c, list := range s.Categories {
		name := f.Name
		if f.Columns != nil {
			name = f.Columns[c]
		} else if len(f.Shape) > 0 {
			name = fmt.Sprintf("%s[%d]", f.Name, c)
		}
		for _, v := range list {
			if v >= 0 && v < len(f.ClassNames) {
				to.Columns = append(to.Columns, name+"="+f.ClassNames[v])
			} else {
				to.Columns = append(to.Columns, fmt.Sprintf("%s=%d", name, v))
			}
		}
	}
	to.Shape = []int{len(to.Columns)}
	return to, nil
}

func (s *OneHotEncoder) reads() []string { return []string{orX(s.Field)} }
func (s *OneHotEncoder) copied() Step    { c := *s; return &c }
func (s *OneHotEncoder) unfitted() Step {
	return &OneHotEncoder{Field: s.Field, IgnoreUnknown: s.IgnoreUnknown}
}
func (s *OneHotEncoder) check() error {
	total := 0
	for c, list := range s.Categories {
		if len(list) == 0 || !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			return mistake.Optionf("data: column %d: got the categories %v, want what Fit makes", c, list)
		}
		total += len(list)
	}
	if total == 0 || total > mostCategories {
		return mistake.Optionf("data: got a step with %d categories, want one that has been fitted", total)
	}
	return nil
}

func (s *OneHotEncoder) describe(fields []Field) ([]Field, error) {
	k := named(fields, orX(s.Field))
	if k < 0 {
		return nil, mistake.Newf(ErrField, "data: got no field %q, want one", orX(s.Field))
	}
	if !fields[k].Integers() {
		return nil, fields[k].fail(ErrField, "got numbers, want integers")
	}
	to, err := s.output(fields[k])
	if err != nil {
		return nil, err
	}
	fields = slices.Clone(fields)
	fields[k] = to
	return fields, nil
}

// integers returns the field of integers that a step works on.
func integers(d *Dataset, name string) (Field, error) {
	f, err := fieldOf(d, name)
	if err == nil && !f.Integers() {
		err = f.fail(ErrField, "got numbers, want integers: Ints or Bytes without a Scale")
	}
	return f, err
}
