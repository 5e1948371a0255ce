package data

import (
	"math"

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
// between goroutines; its fields may be stored and set again.
type Scaler struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Mean and Std hold one number a column.
	Mean, Std []float64
	// Constant lists the columns that had no variance but for rounding.
	Constant []int
}

// Fit takes mean and standard deviation from the field of train. On an error the
// scaler stays as it was. No column of finite numbers is too wide for it.
//
// Errors: ErrOption for a nil scaler, ErrEmpty for a nil dataset, ErrField when
// the field is missing or holds integers, ErrNotFinite when it holds NaN or
// infinities (AllowNonFinite).
func (s *Scaler) Fit(train *Dataset) error {
	if s == nil {
		return errNoScaler()
	}
	f, err := floats(train, s.Field)
	if err != nil {
		return err
	}
	lowest, highest, err := ranges(f)
	if err != nil {
		return err
	}
	columns, n := f.Size(), float64(f.Len())
	// A column of numbers near the end of float64's range is reckoned in units in
	// which neither its sum nor its width can leave it.
	scale := make([]float64, columns)
	for c := range scale {
		scale[c] = 1
		if largest(lowest[c], highest[c]) > 0x1p900 {
			scale[c] = 0x1p-64
		}
	}
	mean, std := columnSums(f, func(c int, v float64) float64 { return v * scale[c] }), make([]float64, columns)
	for c := range mean {
		mean[c] /= n
	}
	// Two passes with the rounding error of the mean taken out again, for columns
	// whose mean is large beside their deviation; in units of the width of the
	// column, so that no square leaves the range of float64.
	span := func(c int) float64 { return highest[c]*scale[c] - lowest[c]*scale[c] }
	unit := func(c int, v float64) float64 { return (v*scale[c] - mean[c]) / span(c) }
	drift := columnSums(f, unit)
	squares := columnSums(f, func(c int, v float64) float64 { return unit(c, v) * unit(c, v) })
	var constant []int
	for c := range std {
		std[c] = span(c) * math.Sqrt(squares[c]/n-drift[c]/n*(drift[c]/n)) / scale[c]
		mean[c] = min(max(mean[c]/scale[c], lowest[c]), highest[c])
		if isConstant(lowest[c], highest[c]) || std[c] == 0 {
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
	return apply(d, s.Field, len(s.Mean), s.Transform)
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
	if p := z * a; !math.IsInf(p, 0) {
		return p + b
	}
	return (z*(a/2) + b/2) * 2
}

// MinMax maps the columns of a field of numbers, with its Scale and Shift, to 0..1:
//
//	z = (x - min) / (max - min)
//
// with the least and the largest value of the data it was fitted to, which
// should be the training part alone; other data may fall outside 0..1. A column
// whose values are all the same, or the same but for rounding as a Scaler has it,
// is only shifted: it becomes 0 where it has its least value. Once fitted it may
// be shared between goroutines; its fields may be stored and set again.
type MinMax struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Min and Max hold one number a column.
	Min, Max []float64
}

// Fit takes the least and the largest values from the field of train. On an
// error the MinMax stays as it was. Errors as for Scaler.Fit.
func (m *MinMax) Fit(train *Dataset) error {
	if m == nil {
		return errNoScaler()
	}
	f, err := floats(train, m.Field)
	if err != nil {
		return err
	}
	lowest, highest, err := ranges(f)
	if err != nil {
		return err
	}
	m.Min, m.Max = lowest, highest
	return nil
}

// Apply returns d with the field mapped, as Floats; the other fields share their
// values with d. Errors as for Scaler.Apply.
func (m *MinMax) Apply(d *Dataset) (*Dataset, error) {
	if m == nil {
		return nil, errNoScaler()
	}
	return apply(d, m.Field, len(m.Min), m.Transform)
}

// Transform maps flat rows in place. Errors as for Scaler.Transform.
func (m *MinMax) Transform(rows []float64) error {
	if m == nil {
		return errNoScaler()
	}
	return eachRow(rows, m.Min, m.Max, func(v, low, high float64) float64 {
		if isConstant(low, high) {
			return v - low
		}
		if width := high - low; !math.IsInf(width, 0) {
			return standardise(v, low, width)
		}
		return (v/2 - low/2) / (high/2 - low/2)
	})
}

// Inverse undoes Transform in place: x = z*(max-min) + min.
func (m *MinMax) Inverse(rows []float64) error {
	if m == nil {
		return errNoScaler()
	}
	return eachRow(rows, m.Min, m.Max, func(z, low, high float64) float64 {
		if isConstant(low, high) {
			return z + low
		}
		if width := high - low; !math.IsInf(width, 0) {
			return stretch(z, width, low)
		}
		return (z*(high/2-low/2) + low/2) * 2
	})
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
	if d == nil {
		return Field{}, errNoDataset()
	}
	if name == "" {
		name = "x"
	}
	f, ok := d.Field(name)
	if !ok {
		return f, d.missing(name)
	}
	if f.Integers() {
		return f, f.fail(ErrField, "got integers, want numbers to scale (a Scale of 1 makes numbers of them)")
	}
	return f, nil
}

// ranges returns the least and the largest value of every column.
func ranges(f Field) (lowest, highest []float64, err error) {
	columns := f.Size()
	lowest, highest = make([]float64, columns), make([]float64, columns)
	for c := range columns {
		lowest[c], highest[c] = math.Inf(1), math.Inf(-1)
	}
	for i := range f.Len() {
		for c, at := 0, f.start(i); c < columns; c++ {
			v := f.value(at + c)
			lowest[c], highest[c] = min(lowest[c], v), max(highest[c], v)
		}
	}
	for c := range lowest { // a NaN is in both
		if !finite(lowest[c]) || !finite(highest[c]) {
			return nil, nil, f.fail(ErrNotFinite, "column %d: got numbers from %v to %v, want finite ones", c, lowest[c], highest[c])
		}
	}
	return lowest, highest, nil
}

func finite(v float64) bool { return math.Abs(v) <= math.MaxFloat64 }

// columnSums adds term over the rows of every column, with the rounding error of
// each addition carried along (Neumaier).
func columnSums(f Field, term func(column int, v float64) float64) []float64 {
	columns := f.Size()
	sum, lost := make([]float64, columns), make([]float64, columns)
	for i := range f.Len() {
		for c, at := 0, f.start(i); c < columns; c++ {
			t := term(c, f.value(at+c))
			next := sum[c] + t
			if math.Abs(sum[c]) >= math.Abs(t) {
				lost[c] += (sum[c] - next) + t
			} else {
				lost[c] += (t - next) + sum[c]
			}
			sum[c] = next
		}
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
		return nil, target.fail(ErrShape, "got %d columns, want the %d that the scaler was fitted to", target.Size(), columns)
	}
	fields := d.Fields()
	for k := range fields {
		if fields[k].Name != target.Name {
			continue
		}
		rows := target.numbers()
		if err := transform(rows); err != nil {
			return nil, err
		}
		fields[k] = target.holding(rows)
	}
	return New(fields...)
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
