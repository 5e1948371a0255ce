package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
)

// Scaler standardises the columns of a field of floats:
//
//	z = (x - mean) / std
//
// with the mean and the biased standard deviation (division by N) of the data it
// was fitted to, which should be the training part alone. A column without
// variance gets std 1, so that it becomes 0. Once fitted it may be shared
// between goroutines; its fields may be stored and set again.
type Scaler struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Mean and Std hold one number a column.
	Mean, Std []float64
	// Constant lists the columns that had no variance.
	Constant []int
}

// Fit takes mean and standard deviation from the field of train. On an error the
// scaler stays as it was.
//
// Errors: ErrField when the field is missing or holds ints; ErrNotFinite when it
// holds NaN or infinities (AllowNonFinite), or numbers whose sum or width overflows.
func (s *Scaler) Fit(train *Dataset) error {
	f, err := floats(train, s.Field)
	if err != nil {
		return err
	}
	lowest, highest := ranges(f)
	n := float64(f.Len())
	mean, std := columnSums(f, func(_ int, v float64) float64 { return v }), make([]float64, f.Size())
	for c := range mean {
		mean[c] /= n
	}
	// Two passes with the rounding error of the mean taken out again, for columns
	// whose mean is large beside their deviation; in units of the width of the
	// column, so that no square leaves the range of float64.
	unit := func(c int, v float64) float64 { return (v - mean[c]) / (highest[c] - lowest[c]) }
	drift := columnSums(f, unit)
	squares := columnSums(f, func(c int, v float64) float64 { return unit(c, v) * unit(c, v) })
	var constant []int
	for c := range std {
		std[c] = (highest[c] - lowest[c]) * math.Sqrt(squares[c]/n-drift[c]/n*(drift[c]/n))
		if lowest[c] == highest[c] || std[c] == 0 {
			mean[c], std[c] = lowest[c], 1
			constant = append(constant, c)
		}
		if math.IsInf(mean[c], 0) || !(std[c] <= math.MaxFloat64) {
			return errors.Wrapf(ErrNotFinite, "data: field %q, column %d has mean %v and standard deviation %v", f.Name, c, mean[c], std[c])
		}
	}
	s.Mean, s.Std, s.Constant = mean, std, constant
	return nil
}

// Apply returns d with the field standardised; the other fields share their
// values with d. ErrField as for Fit, ErrShape when the number of columns is not
// that of the data it was fitted to, ErrOption when it has not been fitted.
func (s *Scaler) Apply(d *Dataset) (*Dataset, error) {
	return apply(d, s.Field, len(s.Mean), s.Transform)
}

// Transform standardises flat rows in place, row-major, as many as there are.
// Errors: ErrShape when they are no whole number of rows, ErrOption when the
// scaler has not been fitted.
func (s *Scaler) Transform(rows []float64) error {
	return eachRow(rows, s.Mean, s.Std, func(v, mean, std float64) float64 { return (v - mean) / std })
}

// Inverse undoes Transform in place: x = z*std + mean.
func (s *Scaler) Inverse(rows []float64) error {
	return eachRow(rows, s.Mean, s.Std, func(v, mean, std float64) float64 { return v*std + mean })
}

// MinMax maps the columns of a field of floats to 0..1:
//
//	z = (x - min) / (max - min)
//
// with the least and the largest value of the data it was fitted to, which
// should be the training part alone; other data may fall outside 0..1. A column
// whose values are all the same becomes 0 where it has that value. Once fitted
// it may be shared between goroutines; its fields may be stored and set again.
type MinMax struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Min and Max hold one number a column.
	Min, Max []float64
}

// Fit takes the least and the largest values from the field of train. On an
// error the MinMax stays as it was. Errors as for Scaler.Fit.
func (m *MinMax) Fit(train *Dataset) error {
	f, err := floats(train, m.Field)
	if err != nil {
		return err
	}
	lowest, highest := ranges(f)
	for c := range lowest {
		if width := highest[c] - lowest[c]; !(width >= 0 && width <= math.MaxFloat64) {
			return errors.Wrapf(ErrNotFinite, "data: field %q, column %d goes from %v to %v, a width of %v", f.Name, c, lowest[c], highest[c], width)
		}
	}
	m.Min, m.Max = lowest, highest
	return nil
}

// Apply returns d with the field mapped; the other fields share their values
// with d. Errors as for Scaler.Apply.
func (m *MinMax) Apply(d *Dataset) (*Dataset, error) {
	return apply(d, m.Field, len(m.Min), m.Transform)
}

// Transform maps flat rows in place. Errors as for Scaler.Transform.
func (m *MinMax) Transform(rows []float64) error {
	return eachRow(rows, m.Min, m.Max, func(v, low, high float64) float64 { return (v - low) / width(low, high) })
}

// Inverse undoes Transform in place: x = z*(max-min) + min.
func (m *MinMax) Inverse(rows []float64) error {
	return eachRow(rows, m.Min, m.Max, func(v, low, high float64) float64 { return v*width(low, high) + low })
}

// width returns high - low, 1 for a column without variance.
func width(low, high float64) float64 {
	if low == high {
		return 1
	}
	return high - low
}

// floats returns the field of numbers that a scaler works on.
func floats(d *Dataset, name string) (Field, error) {
	if name == "" {
		name = "x"
	}
	f, ok := d.Field(name)
	if !ok {
		return f, d.missing(name)
	}
	if f.Ints != nil {
		return f, errors.Wrapf(ErrField, "data: field %q holds ints; only floats are scaled", name)
	}
	return f, nil
}

// ranges returns the least and the largest value of every column; a column with
// NaN has NaN.
func ranges(f Field) (lowest, highest []float64) {
	columns := f.Size()
	lowest, highest = slices.Clone(f.Floats[:columns]), slices.Clone(f.Floats[:columns])
	for i, v := range f.Floats {
		c := i % columns
		lowest[c], highest[c] = min(lowest[c], v), max(highest[c], v)
	}
	return lowest, highest
}

// columnSums adds term over the rows of every column, with the rounding error of
// each addition carried along (Neumaier).
func columnSums(f Field, term func(column int, v float64) float64) []float64 {
	columns := f.Size()
	sum, lost := make([]float64, columns), make([]float64, columns)
	for i, v := range f.Floats {
		c := i % columns
		t := term(c, v)
		next := sum[c] + t
		if math.Abs(sum[c]) >= math.Abs(t) {
			lost[c] += (sum[c] - next) + t
		} else {
			lost[c] += (t - next) + sum[c]
		}
		sum[c] = next
	}
	for c := range sum {
		sum[c] += lost[c]
	}
	return sum
}

// apply returns d with one field of the given number of columns replaced by what
// transform makes of it.
func apply(d *Dataset, name string, columns int, transform func([]float64) error) (*Dataset, error) {
	target, err := floats(d, name)
	if err != nil {
		return nil, err
	}
	if columns != 0 && target.Size() != columns {
		return nil, errors.Wrapf(ErrShape, "data: field %q has %d columns, the scaler was fitted to %d", target.Name, target.Size(), columns)
	}
	fields := d.Fields()
	for k := range fields {
		if fields[k].Name != target.Name {
			continue
		}
		fields[k].Floats = slices.Clone(fields[k].Floats)
		if err := transform(fields[k].Floats); err != nil {
			return nil, err
		}
	}
	return New(fields...)
}

// eachRow replaces every value by f of it and the two numbers of its column.
func eachRow(rows, a, b []float64, f func(v, a, b float64) float64) error {
	columns := len(a)
	if columns == 0 || len(b) != columns {
		return errors.Wrapf(ErrOption, "data: the scaler has not been fitted: it has %d and %d column values", len(a), len(b))
	}
	if len(rows)%columns != 0 {
		return errors.Wrapf(ErrShape, "data: %d values are no whole number of rows of the %d columns the scaler was fitted to", len(rows), columns)
	}
	for i, v := range rows {
		c := i % columns
		rows[i] = f(v, a[c], b[c])
	}
	return nil
}
