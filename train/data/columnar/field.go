package columnar

import (
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// field is a Field whose columns have been found.
type field struct {
	Field
	columns []column
	single  bool           // all columns have at most 4 bytes and no integers: Floats32
	numbers map[string]int // of the classes
}

// column is a column of a file.
type column struct {
	name string
	size int  // elements of a row; -1 as long as it is not known
	list bool // has lists
}

// fieldsOf finds the columns of the fields.
func fieldsOf(s *arrow.Schema, o Options) ([]field, error) {
	wanted := o.Fields
	if len(wanted) == 0 {
		for _, c := range s.Fields() {
			wanted = append(wanted, Field{Name: c.Name, Labels: isText(c.Type)})
		}
		settled, err := Options{Fields: wanted}.settled()
		if err != nil {
			return nil, err
		}
		wanted = settled.Fields
	}
	var out []field
	for _, w := range wanted {
		f := field{Field: w, single: true}
		for _, name := range w.columns() {
			c, t, err := findColumn(s, name)
			if err == nil {
				err = f.takes(c, t)
			}
			if err != nil {
				return nil, errors.WithMessagef(err, "field %q: column %q", w.Name, name)
			}
			f.columns = append(f.columns, c)
			f.single = f.single && (t.ID() == arrow.FLOAT32 || t.ID() == arrow.FLOAT16)
		}
		f.setClasses(w.Classes)
		out = append(out, f)
	}
	return out, nil
}

// findColumn returns a column and the type of its elements.
func findColumn(s *arrow.Schema, name string) (column, arrow.DataType, error) {
	found := s.FieldIndices(name)
	if len(found) != 1 {
		var names []string
		for _, c := range s.Fields() {
			names = append(names, c.Name)
		}
		return column{}, nil, mistake.Newf(data.ErrField, "got %d columns of this name, want one of %s", len(found), listed(names))
	}
	c, t := column{name: name, size: 1}, s.Field(found[0]).Type
	switch list := t.(type) {
	case *arrow.FixedSizeListType:
		c.list, c.size, t = true, int(list.Len()), list.Elem()
	case *arrow.ListType:
		c.list, c.size, t = true, -1, list.Elem()
	case *arrow.LargeListType:
		c.list, c.size, t = true, -1, list.Elem()
	}
	return c, t, nil
}

// takes returns an error unless a column with elements of the type t can be read into f.
func (f *field) takes(c column, t arrow.DataType) error {
	text, number, whole := isText(t), isNumber(t), isWhole(t)
	switch {
	case c.size == 0:
		return mistake.Newf(data.ErrShape, "got lists without elements, want some")
	case f.Labels && c.list:
		return mistake.Newf(data.ErrField, "got lists, want one label in a row")
	case f.Labels && !text && !whole:
		return mistake.Newf(data.ErrField, "got the type %v, want texts, integers or truth values for Labels", t)
	case f.Labels:
		return nil
	case text:
		return mistake.Newf(data.ErrField, "got texts, want numbers, or Labels")
	case !number:
		return mistake.Newf(data.ErrField, "got the type %v, want numbers, truth values, or lists of these", t)
	case f.Integers && !whole:
		return mistake.Newf(data.ErrField, "got the type %v, want integers or truth values for Integers", t)
	}
	return nil
}

// size returns the number of elements of an example.
func (f *field) size() (int, error) {
	size := 0
	for _, c := range f.columns {
		if c.size > math.MaxInt32-size {
			return 0, mistake.Newf(data.ErrShape, "field %q: got more than %d elements in a row, want fewer", f.Name, math.MaxInt32)
		}
		size += c.size
	}
	return size, nil
}

// checkShape sets the shape of f, or returns an error if it does not fit the columns.
func (f *field) checkShape() error {
	size, err := f.size()
	if err != nil || f.Labels {
		return err
	}
	if f.Shape == nil {
		f.Shape = []int{size}
	}
	product := 1
	for _, n := range f.Shape {
		if n < 1 || product > math.MaxInt32/n {
			product = 0
			break
		}
		product *= n
	}
	if product != size {
		return mistake.Newf(data.ErrShape, "field %q: got the shape %v, want one of the %d elements of a row", f.Name, f.Shape, size)
	}
	return nil
}

// setClasses sets the classes.
func (f *field) setClasses(names []string) {
	f.Classes, f.numbers = names, map[string]int{}
	for i, name := range names {
		f.numbers[name] = i
	}
}

// blank returns a field without values.
func (f *field) blank() data.Field {
	out := data.Field{Name: f.Name, Shape: slices.Clone(f.Shape), Classes: len(f.Classes), ClassNames: slices.Clone(f.Classes),
		Scale: f.Scale, Shift: f.Shift, AllowNonFinite: f.AllowNonFinite}
	if f.Labels || slices.ContainsFunc(f.columns, func(c column) bool { return c.list }) {
		return out
	}
	for _, c := range f.columns {
		out.Columns = append(out.Columns, c.name)
	}
	return out
}

// info describes f.
func (f *field) info() data.FieldInfo {
	b := f.blank()
	return data.FieldInfo{Name: b.Name, Shape: append([]int{}, b.Shape...), Integers: f.Labels || f.Integers, Classes: b.Classes,
		ClassNames: b.ClassNames, Columns: b.Columns, Scale: b.Scale, Shift: b.Shift}
}
