package data

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Map returns d with other numbers in one field: f fills out, the new row with one number
// for each element of shape, from in, the row as a batch gets it. Both slices are valid
// during the call alone. The new field holds Floats and no classes. It keeps the names of its
// columns if there are as many as before. The other fields share their values with d.
//
// Errors: ErrEmpty for a nil dataset, ErrField when the field is missing; ErrShape for a
// shape with an axis that is not positive; ErrOption for a nil f and when it panics;
// ErrNotFinite for a result that is not finite unless the field has AllowNonFinite. An error
// of f comes back with field and row.
func (d *Dataset) Map(field string, shape []int, f func(out, in []float64) error) (*Dataset, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	k := slices.IndexFunc(d.fields, func(f Field) bool { return f.Name == field })
	if k < 0 {
		return nil, d.missing(field)
	}
	if f == nil {
		return nil, mistake.Optionf("data: Map: got a nil function, want one")
	}
	from := &d.fields[k]
	to := Field{Name: field, Shape: slices.Clone(shape), AllowNonFinite: from.AllowNonFinite, from: from.from}
	size, err := to.checkedSize()
	if err != nil {
		return nil, err
	}
	if size > mostExamples/d.n {
		return nil, to.fail(ErrShape, "Map: got the shape %v for %d examples, want what fits in memory", shape, d.n)
	}
	if size == from.Size() {
		to.Columns = from.Columns
	}
	in, out := make([]float64, from.Size()), make([]float64, d.n*size)
	for i := range d.n {
		for c, at := 0, from.start(i); c < len(in); c++ {
			in[c] = from.value(at + c)
		}
		row := out[i*size : (i+1)*size : (i+1)*size]
		if err := guard("Map", func() error { return f(row, in) }); err != nil {
			return nil, errors.WithMessagef(err, "data: field %q: row %d%s", field, i, from.Origin(i).Words(i))
		}
	}
	to.Floats = out
	return d.with(to)
}

// with returns d with the fields in place of those of the same names, and behind them those
// of other names. The fields of d are not checked again.
func (d *Dataset) with(fields ...Field) (*Dataset, error) {
	out := &Dataset{fields: slices.Clone(d.fields), magnitude: slices.Clone(d.magnitude), n: d.n}
	for _, f := range fields {
		one, err := assemble(f)
		if err != nil {
			return nil, err
		}
		if one.n != d.n {
			return nil, f.fail(ErrShape, "got %d examples, want %d", one.n, d.n)
		}
		if k := slices.IndexFunc(out.fields, func(g Field) bool { return g.Name == f.Name }); k >= 0 {
			out.fields[k], out.magnitude[k] = one.fields[0], one.magnitude[0]
			continue
		}
		out.fields, out.magnitude = append(out.fields, one.fields[0]), append(out.magnitude, one.magnitude[0])
	}
	return out, nil
}

// Zip returns the fields of all datasets side by side: example i has the rows i of each. The
// values are shared.
//
// Errors: ErrEmpty for no dataset and for a nil one, ErrShape unless all have the same number
// of examples, ErrField for a name that two of them have.
func Zip(sets ...*Dataset) (*Dataset, error) {
	if len(sets) == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: Zip: got no dataset, want at least one")
	}
	out := &Dataset{}
	for i, d := range sets {
		if d == nil {
			return nil, mistake.Newf(ErrEmpty, "data: Zip: got nil for dataset %d of %d, want one with examples", i, len(sets))
		}
		if i > 0 && d.n != out.n {
			return nil, mistake.Shapef("data: Zip: got %d examples in dataset %d, want %d as in dataset 0", d.n, i, out.n)
		}
		for _, f := range d.fields {
			if _, twice := out.Field(f.Name); twice {
				return nil, f.fail(ErrField, "Zip: got two fields of this name, want one")
			}
		}
		out.n, out.fields, out.magnitude = d.n, append(out.fields, d.fields...), append(out.magnitude, d.magnitude...)
	}
	return out, nil
}

// Only returns the fields of the given names, in that order, for example without those that
// have been mapped into another. The values are shared.
//
// Errors: ErrEmpty for a nil dataset, ErrField for no name, one that d does not have and one
// that stands twice.
func (d *Dataset) Only(names ...string) (*Dataset, error) {
	if d == nil {
		return nil, errNoDataset()
	}
	if len(names) == 0 {
		return nil, mistake.Newf(ErrField, "data: Only: got no name of a field, want at least one")
	}
	out := &Dataset{n: d.n}
	for _, name := range names {
		k := slices.IndexFunc(d.fields, func(f Field) bool { return f.Name == name })
		if k < 0 {
			return nil, d.missing(name)
		}
		if _, twice := out.Field(name); twice {
			return nil, d.fields[k].fail(ErrField, "Only: got the name twice, want it once")
		}
		out.fields, out.magnitude = append(out.fields, d.fields[k]), append(out.magnitude, d.magnitude[k])
	}
	return out, nil
}
