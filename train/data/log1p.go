package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Log1p takes the numbers of a field to z = ln(1 + x), for amounts and counts. A few of these
// are often much larger than the others. The last bit of a result may differ between processors. It is a
// Step. Once fitted it may be shared between goroutines.
type Log1p struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Columns are the numbers of the columns that are changed, from 0; nil for all.
	Columns []int `json:",omitempty"`

	// Width is the number of columns of the field; Fit sets it.
	Width int
}

// Fit takes the number of columns from the field of train.
//
// Errors: as for Scaler.Fit, and ErrNotFinite for a number of -1 or less.
func (s *Log1p) Fit(train *Dataset) error { return s.fit(train) }

func (s *Log1p) fit(train Source) error {
	if s == nil {
		return errNoScaler()
	}
	x, _, err := passesOf(train, s.Field, s.Columns)
	if err != nil {
		return err
	}
	row, column, bad := -1, 0, 0.0
	if err := x.each(func(i, c int, v float64) {
		if row < 0 && v <= -1 && s.takes(c) {
			row, column, bad = i, c, v
		}
	}); err != nil {
		return err
	}
	if row >= 0 {
		return tooSmall(row, column, bad)
	}
	s.Width = x.head.Size()
	return nil
}

// tooSmall is the error about a number without a logarithm.
func tooSmall(row, column int, v float64) error {
	return mistake.Newf(ErrNotFinite, "data: row %d, column %d: got %v, want more than -1", row, column, v)
}

// Apply returns d with the field changed, as Floats; the other fields share their values with
// d. Errors as for Scaler.Apply and Transform.
func (s *Log1p) Apply(d *Dataset) (*Dataset, error) {
	if s == nil {
		return nil, errNoScaler()
	}
	return apply(d, s, s.Field, s.Width)
}

// Transform changes flat rows in place. NaN stays. Errors, after which rows are as before:
// ErrNotFinite for a number of -1 or less, ErrShape when they are no whole number of rows,
// ErrOption when the Log1p has not been fitted.
func (s *Log1p) Transform(rows []float64) error {
	return s.each(rows, math.Log1p, func(v float64) bool { return v <= -1 }, "more than -1")
}

// Inverse undoes Transform in place: x = exp(z) - 1. Errors, after which rows are as before:
// ErrNotFinite for a finite number whose result is beyond float64, otherwise as for Transform.
func (s *Log1p) Inverse(rows []float64) error {
	return s.each(rows, math.Expm1, func(v float64) bool { return finite(v) && !finite(math.Expm1(v)) }, "less than 709.8")
}

// each changes the chosen columns of rows by f, unless one is bad.
func (s *Log1p) each(rows []float64, f func(float64) float64, bad func(float64) bool, want string) error {
	if s == nil {
		return errNoScaler()
	}
	if err := wholeRows(rows, s.Width); err != nil {
		return err
	}
	for i, v := range rows {
		if s.takes(i%s.Width) && bad(v) {
			return mistake.Newf(ErrNotFinite, "data: row %d, column %d: got %v, want %s", i/s.Width, i%s.Width, v, want)
		}
	}
	for i, v := range rows {
		if s.takes(i % s.Width) {
			rows[i] = f(v)
		}
	}
	return nil
}

func (s *Log1p) takes(column int) bool {
	return s.Columns == nil || slices.Contains(s.Columns, column)
}

func (s *Log1p) reads() []string { return []string{orX(s.Field)} }
func (s *Log1p) copied() Step    { c := *s; return &c }
func (s *Log1p) unfitted() Step  { return &Log1p{Field: s.Field, Columns: s.Columns} }
func (s *Log1p) check() error {
	if s.Width < 1 {
		return mistake.Optionf("data: got a step for %d columns, want one that has been fitted", s.Width)
	}
	return nil
}

func (s *Log1p) describe(fields []Field) ([]Field, error) {
	return describeNumbers(fields, orX(s.Field), s.Width)
}
