package columnar

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Options says what is read of a file. The zero value makes a field of each column, under its
// name: of a column of texts class labels, and of any other numbers.
type Options struct {
	// Fields are the fields of an example, in their order.
	Fields []Field
	// Batch is the number of rows that are read together; 4096 when zero.
	Batch int
	// MaxBytes is the most memory that reading a file may take at a time, beside the examples
	// that it hands out; 1 GiB when zero. No page of a Parquet file and no record batch of an
	// Arrow file may be larger. What the decoders of packed pages need for themselves is not
	// counted.
	MaxBytes int64
}

// Field is a field of the examples and the columns that it is made of.
type Field struct {
	// Name is the name of the field.
	Name string
	// Columns are the names of its columns, in their order; one of the name of the field when
	// empty. A column has one element for a row. A column of lists has several, as many in each
	// row. Lists of lists are not read.
	Columns []string
	// Shape is the shape of one example. By default it is [n] for n elements, and that of one
	// number for Labels.
	Shape []int
	// Labels reads one column as class labels: texts, integers or truth values. The classes are
	// the values that the column has, which a first pass finds. They are in numeric order if all
	// are finite numbers, and in the order of their bytes otherwise.
	Labels bool
	// Classes fixes the names of the classes and their order, for a second file to be read with
	// the labels of a first one. There is no first pass then.
	Classes []string
	// Integers reads integers and truth values as they are, for tokens or lengths. Without it
	// they become numbers.
	Integers bool
	// Scale and Shift change numbers on their way into a batch, see data.Field.
	Scale, Shift float64
	// AllowNonFinite lets NaN and infinities pass, and reads a null as NaN. Without it these are
	// errors.
	AllowNonFinite bool
}

// columns returns the names of the columns of f.
func (f Field) columns() []string {
	if len(f.Columns) == 0 {
		return []string{f.Name}
	}
	return f.Columns
}

// settled returns the options with their defaults and as a copy, or what is wrong with them.
func (o Options) settled() (Options, error) {
	if o.Batch < 0 || o.MaxBytes < 0 {
		return o, mistake.Optionf("got Batch %d and MaxBytes %d, want 0 or more", o.Batch, o.MaxBytes)
	}
	if o.Batch == 0 {
		o.Batch = 4096
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 1 << 30
	}
	o.Fields = slices.Clone(o.Fields)
	for i, f := range o.Fields {
		if err := f.check(); err != nil {
			return o, errors.WithMessagef(err, "field %q", f.Name)
		}
		o.Fields[i].Columns, o.Fields[i].Shape, o.Fields[i].Classes = slices.Clone(f.Columns), slices.Clone(f.Shape), slices.Clone(f.Classes)
		if slices.ContainsFunc(o.Fields[:i], func(g Field) bool { return g.Name == f.Name }) {
			return o, mistake.Newf(data.ErrField, "got two fields %q, want one", f.Name)
		}
	}
	return o, nil
}

// check says what is wrong with the settings of f.
func (f Field) check() error {
	seen := map[string]bool{}
	for _, name := range f.Classes {
		if seen[name] {
			return mistake.Optionf("got the class %q twice, want it once", name)
		}
		seen[name] = true
	}
	switch {
	case f.Name == "":
		return mistake.Newf(data.ErrField, "got a field without a name, want one")
	case f.Labels && (f.Integers || f.AllowNonFinite || f.Scale != 0 || f.Shift != 0 || f.Shape != nil || len(f.columns()) != 1):
		return mistake.Optionf("got Labels with other settings or %d columns, want one column and Classes at most", len(f.columns()))
	case !f.Labels && f.Classes != nil:
		return mistake.Optionf("got Classes without Labels, want both")
	case f.Integers && (f.AllowNonFinite || f.Scale != 0 || f.Shift != 0):
		return mistake.Optionf("got Integers with AllowNonFinite, Scale or Shift, which are for numbers")
	case f.Classes != nil && (len(f.Classes) < 2 || len(f.Classes) > mostClasses):
		return mistake.Newf(data.ErrLabel, "got %d classes, want 2 to %d", len(f.Classes), mostClasses)
	}
	return nil
}

// mostClasses is the most classes that a data.Field has.
const mostClasses = 1 << 20
