package data

import (
	"math"
	"strconv"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// settle ends the reading of a table: it puts the categories in their order and lays out the
// fields.
func (t *csvTable) settle() error {
	switch {
	case t.rows == 0 && t.dropped > 0:
		return mistake.Newf(ErrEmpty, "%s: got missing cells in all %d rows, want at least one row without (DropRows, DropUnlabelled)", t.who, t.dropped)
	case t.rows == 0:
		return mistake.Newf(ErrEmpty, "%s: got a header without rows, want at least one", t.who)
	}
	return t.arrange()
}

// arrange lays out the fields, once.
func (t *csvTable) arrange() (err error) {
	for k := range t.fields {
		f := &t.fields[k]
		if f.parts, f.width, err = t.parts(f); err != nil {
			return err
		}
	}
	return nil
}

// dataset ends the reading of a table and makes the fields.
func (t *csvTable) dataset() (*Dataset, error) {
	if err := t.settle(); err != nil {
		return nil, err
	}
	return t.take(t.rows)
}

// take makes the fields of the next n rows that were read, and forgets these.
func (t *csvTable) take(n int) (*Dataset, error) {
	fields := make([]Field, len(t.fields))
	from := &origin{n: n, root: &root{path: t.path, first: t.taken, lines: t.from.take(n)}}
	t.taken += n
	for k := range t.fields {
		var err error
		if fields[k], err = t.field(&t.fields[k], n); err != nil {
			return nil, err
		}
		fields[k].from = from
	}
	return assemble(fields...)
}

// maxElements is how many elements OneHot columns may make of a field: 16 GiB.
const maxElements int64 = 1 << 31

// part is what a column adds to the rows of its field.
type part struct {
	*csvColumn
	order []int // the place of each category
	width int   // elements
	at    int   // the first of them
}

// names appends those of the elements.
func (p part) names(list []string) []string {
	switch {
	case p.Kind == OneHot:
		for _, category := range p.set.all() {
			list = append(list, p.name+"="+category)
		}
	case p.shape != nil:
		for i := range p.width {
			list = append(list, p.name+"["+strconv.Itoa(i)+"]")
		}
	default:
		list = append(list, p.name)
	}
	return list
}

// rowShape returns the shape of a row of the parts and the names of its elements. An array
// alone keeps its shape, and its elements have no names.
func rowShape(parts []part) (shape []int, names []string) {
	if len(parts) == 1 && parts[0].shape != nil {
		return parts[0].shape, nil
	}
	width := 0
	for _, p := range parts {
		width += p.width
	}
	names = make([]string, 0, width)
	for _, p := range parts {
		names = p.names(names)
	}
	return []int{len(names)}, names
}

// parts puts the categories of a field in their order and lays out its columns.
func (t *csvTable) parts(f *csvField) (parts []part, width int, err error) {
	parts = make([]part, 0, len(f.columns))
	for _, c := range f.columns {
		if c.Kind == LeftOut {
			continue
		}
		p := part{csvColumn: c, width: c.elements(), at: width}
		if c.set != nil {
			if p.order, err = c.set.settle(); err == nil && c.set.width() == 0 {
				err = mistake.Newf(ErrCSV, "got missing cells only, want a text for the Kind %v", c.Kind)
			}
			var where *CSVError
			if err != nil && !errors.As(err, &where) {
				err = errors.WithMessagef(err, "%s: column %q", t.who, c.name)
			}
			if err != nil {
				return nil, 0, err
			}
		}
		if c.Kind == OneHot {
			p.width = c.set.width()
		}
		width += p.width
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return nil, 0, mistake.Newf(ErrCSV, "%s: got texts in all columns of field %q, which Text leaves out, want at least one column", t.who, f.name)
	}
	return parts, width, nil
}

// field makes a field of the next n rows that were read, and forgets these.
func (t *csvTable) field(f *csvField, n int) (Field, error) {
	rows, cells, width := f.rows.take(n), len(f.row), f.width
	if f.integers {
		g := f.describe()
		g.Ints = f.integersOf(rows)
		return g, nil
	}
	values := rows
	if width != cells {
		if int64(n) > min(maxElements, math.MaxInt/8)/int64(width) {
			return Field{}, mistake.Newf(ErrShape, "%s: field %q: got %d rows of %d elements, want at most 2^31 elements; is a Category of Integers enough for one of OneHot?", t.who, f.name, n, width)
		}
		values = make([]float64, n*width)
	}
	for _, p := range f.parts {
		p.fill(values, width, rows, cells)
	}
	g := f.describe()
	g.Floats, g.AllowNonFinite = values, t.opts.AllowNonFinite || t.opts.OnMissing == KeepMissing
	return g, nil
}

// describe returns the field without values.
func (f *csvField) describe() Field {
	shape, names := rowShape(f.parts)
	g := Field{Name: f.name, Shape: shape, Columns: names, Categories: f.categories()}
	if !f.integers {
		g.Floats = []float64{}
		return g
	}
	g.Ints = []int{}
	if len(f.parts) == 1 && f.parts[0].shape == nil {
		g.Shape = nil
		if set := f.parts[0].set; set != nil {
			g.ClassNames = set.all()
			g.Classes = len(g.ClassNames)
			g.Categories = nil
		}
	}
	return g
}

// categories returns those of each element of a row that is an index; nil if none is.
func (f *csvField) categories() (out [][]string) {
	for _, p := range f.parts {
		if p.Kind == Category && p.set != nil {
			out = append(append(out, make([][]string, p.at-len(out))...), p.set.all())
		}
	}
	if out != nil {
		out = append(out, make([][]string, f.width-len(out))...)
	}
	return out
}

// fill writes the elements of the column into the rows of a field, to of length width.
// The cells are in from, rows of length cells. From and to may be the same.
func (p part) fill(to []float64, width int, from []float64, cells int) {
	if p.set == nil && &to[0] == &from[0] {
		return // numbers stay where they are
	}
	for i, j := p.at, p.slot; j < len(from); i, j = i+width, j+cells {
		v := from[j]
		switch {
		case p.set == nil:
			copy(to[i:i+p.width], from[j:])
		case p.Kind == Category:
			to[i] = p.category(v)
		case math.IsNaN(v):
			for k := range p.width {
				to[i+k] = v
			}
		case v == otherNumber && p.set.ignore:
			clear(to[i : i+p.width])
		default:
			clear(to[i : i+p.width])
			to[i+int(p.category(v))] = 1
		}
	}
}

// category returns the index of the category with the number v; NaN where it is missing.
func (p part) category(v float64) float64 {
	switch {
	case math.IsNaN(v):
		return v
	case v == otherNumber:
		return float64(p.set.width() - 1)
	}
	return float64(p.order[int(v)])
}

// integersOf returns the integers in the rows of a field.
func (f *csvField) integersOf(rows []float64) []int {
	width, cells := f.width, len(f.row)
	ints := make([]int, len(rows)/cells*width)
	for _, p := range f.parts {
		for i, j := p.at, p.slot; j < len(rows); i, j = i+width, j+cells {
			for k := range p.width {
				v := rows[j+k]
				if p.set != nil {
					v = p.category(v)
				}
				ints[i+k] = int(v)
			}
		}
	}
	return ints
}
