package data

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Scaler standardises the columns of a field of numbers, with its Scale and Shift:
//
//	z = (x - mean) / std
//
// with the mean and the biased standard deviation (division by N) of the data it
// was fitted to, which should be the training part alone. A column that is
// constant, or constant but for rounding, gets std 1. So it becomes 0 (to within
// rounding), and other values are not blown up. Rounding explains differences of at
// most 16 units of 2^-52 of the largest value. Once fitted it may be shared
// between goroutines; its fields may be stored and set again. It is a Step.
type Scaler struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Columns are the numbers of the columns that are standardised, from 0; nil for all.
	// The others have the mean 0 and the deviation 1, and stay as they are.
	Columns []int `json:",omitempty"`
	// Mean and Std hold one number a column.
	Mean, Std []float64
	// Constant lists the columns that had no variance but for rounding.
	Constant []int
}

// Fit takes mean and standard deviation from the field of train. On an error the
// scaler stays as it was. No column of finite numbers is too wide for it.
//
// Errors: ErrOption for a nil scaler, and a column that the field has not; ErrEmpty for a nil
// dataset; ErrField when the field is missing or holds integers; ErrNotFinite when it
// holds NaN or infinities (AllowNonFinite) in one of the Columns.
func (s *Scaler) Fit(train *Dataset) error { return s.fit(train) }

func (s *Scaler) fit(train Source) error {
	if s == nil {
		return errNoScaler()
	}
	x, chosen, err := passesOf(train, s.Field, s.Columns)
	if err != nil {
		return err
	}
	list, err := x.stats(chosen)
	if err != nil {
		return err
	}
	// Two passes with the rounding error of the mean taken out again, for columns
	// whose mean is large beside their deviation; in units of the width of the
	// column, so that no square leaves the range of float64.
	columns := len(list)
	mean, std, scale, span := make([]float64, columns), make([]float64, columns), make([]float64, columns), make([]float64, columns)
	for c := range list {
		scale[c] = list[c].scale()
		mean[c] = list[c].total() / float64(list[c].n)
		span[c] = list[c].high*scale[c] - list[c].low*scale[c]
	}
	drift, squares := make([]runningSum, columns), make([]runningSum, columns)
	if err := x.each(func(_, c int, v float64) {
		unit := (v*scale[c] - mean[c]) / span[c]
		drift[c].add(unit)
		squares[c].add(float64(unit * unit))
	}); err != nil {
		return err
	}
	var constant []int
	for c := range std {
		if !chosen[c] {
			mean[c], std[c] = 0, 1
			continue
		}
		n, low, high := float64(list[c].n), list[c].low, list[c].high
		d := drift[c].value() / n
		std[c] = span[c] * math.Sqrt(squares[c].value()/n-float64(d*d)) / scale[c]
		mean[c] = min(max(mean[c]/scale[c], low), high)
		if isConstant(low, high) || std[c] == 0 {
			std[c] = 1
			constant = append(constant, c)
		}
	}
	s.Mean, s.Std, s.Constant = mean, std, constant
	return nil
}

// Apply returns d with the field standardised, as Floats; the other fields share
// their values with d. ErrField as for Fit, ErrShape when the number of columns is not
// that of the data it was fitted to, ErrOption when it has not been fitted.
func (s *Scaler) Apply(d *Dataset) (*Dataset, error) {
	if s == nil {
		return nil, errNoScaler()
	}
	return apply(d, s, s.Field, len(s.Mean))
}

// Transform standardises flat rows in place, row-major, as many as there are.
// Errors, after which rows are as before: ErrShape when they are no whole number
// of rows, ErrOption when the scaler has not been fitted, ErrNotFinite when a
// finite number becomes one beyond float64.
func (s *Scaler) Transform(rows []float64) error {
	if s == nil {
		return errNoScaler()
	}
	return eachRow(rows, s.Mean, s.Std, standardise)
}

// Inverse undoes Transform in place: x = z*std + mean. Errors as for Transform.
func (s *Scaler) Inverse(rows []float64) error {
	if s == nil {
		return errNoScaler()
	}
	return eachRow(rows, s.Mean, s.Std, func(z, mean, std float64) float64 { return stretch(z, std, mean) })
}

// standardise is (v - mean) / std, also where v - mean is beyond float64.
func standardise(v, mean, std float64) float64 {
	if d := v - mean; !math.IsInf(d, 0) {
		return d / std
	}
	return (v/2 - mean/2) / std * 2
}

// stretch is z*a + b, also where z*a alone is beyond float64.
func stretch(z, a, b float64) float64 {
	if p := float64(z * a); !math.IsInf(p, 0) { // rounded: the same on every processor
		return p + b
	}
	return (float64(z*(a/2)) + b/2) * 2
}

func errNoScaler() error { return mistake.Optionf("data: got a nil scaler, want a value") }

// largest is the larger of two absolute values.
func largest(a, b float64) float64 { return max(math.Abs(a), math.Abs(b)) }

// isConstant says whether a column from low to high is constant but for rounding.
// scikit-learn's rule (utils.extmath, _is_constant_feature) allows n units of 2^-52
// of the mean for n rows, the error of the variance that it computes; this one is
// as exact for any n, so what a short computation can leave is enough.
func isConstant(low, high float64) bool {
	const units = 16
	return high/2-low/2 <= units*0x1p-53*largest(low, high)
}

// floats returns the field of numbers that a scaler works on.
func floats(d *Dataset, name string) (Field, error) {
	f, err := fieldOf(d, name)
	if err == nil && f.Integers() {
		err = f.fail(ErrField, "got integers, want numbers to scale (a Scale of 1 makes numbers of them)")
	}
	return f, err
}

// fieldOf returns the field of the name, "x" when empty.
func fieldOf(d *Dataset, name string) (Field, error) {
	if d == nil {
		return Field{}, errNoDataset()
	}
	f, ok := d.Field(orX(name))
	if !ok {
		return f, d.missing(orX(name))
	}
	return f, nil
}

func finite(v float64) bool { return math.Abs(v) <= math.MaxFloat64 }

// apply returns d with one field of the given number of columns replaced by what
// transform makes of it.
func apply(d *Dataset, s transformer, name string, columns int) (*Dataset, error) {
	target, err := floats(d, name)
	if err != nil {
		return nil, err
	}
	if columns != 0 && target.Size() != columns {
		return nil, target.fail(ErrShape, "got %d columns, want the %d that the scaler was fitted to", target.Size(), columns)
	}
	rows := target.numbers()
	if err := s.Transform(rows); err != nil {
		return nil, errors.WithMessagef(err, "data: field %q", target.Name)
	}
	return d.with(target.holding(rows).through(s))
}

// transformer is a Step that changes the numbers of a field in place.
type transformer interface {
	Step
	Transform(rows []float64) error
}

// eachRow replaces every value by f of it and the two numbers of its column.
func eachRow(rows, a, b []float64, f func(v, a, b float64) float64) error {
	columns := len(a)
	if columns == 0 || len(b) != columns {
		return mistake.Optionf("data: got a scaler for %d and %d columns, want one that has been fitted", len(a), len(b))
	}
	if len(rows)%columns != 0 {
		return mistake.Shapef("data: got %d values to scale, want whole rows of the %d columns that the scaler was fitted to", len(rows), columns)
	}
	for i, v := range rows {
		c := i % columns
		if z := f(v, a[c], b[c]); !finite(z) && finite(v) {
			return mistake.Newf(ErrNotFinite, "data: row %d, column %d: got %v, which becomes %v with the scaler's %v and %v, want a finite result", i/columns, c, v, z, a[c], b[c])
		}
	}
	for i, v := range rows {
		c := i % columns
		rows[i] = f(v, a[c], b[c])
	}
	return nil
}
