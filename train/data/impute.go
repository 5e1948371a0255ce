package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Impute fills the missing cells of a field of numbers, which are NaN (AllowNonFinite), with one
// number for each column. It is a Step. Once fitted it may be shared between goroutines.
//
// Source: the values are those of scikit-learn's SimpleImputer, with add_indicator=True for
// Indicator.
type Impute struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Columns are the numbers of the columns that are filled, from 0; nil for all.
	Columns []int `json:",omitempty"`
	// Strategy says which number fills a column; ImputeMean by default.
	Strategy ImputeStrategy
	// Fill is the number of ImputeConstant.
	Fill float64
	// Indicator adds a column behind the others for each column that has missing cells in
	// the training part: 1 where the cell is missing, 0 elsewhere. The field must have rows of
	// numbers or one number.
	Indicator bool

	// Values hold the number for each column; Fit sets them.
	Values []float64
	// Missing lists the columns that have missing cells in the training part; Fit sets it.
	Missing []int
}

// ImputeStrategy says which number an Impute fills a column with.
type ImputeStrategy int

// The strategies of an Impute.
const (
	// ImputeMean is the mean of the numbers that are there.
	ImputeMean ImputeStrategy = iota
	// ImputeMedian is their median: the mean of the two in the middle of an even number.
	ImputeMedian
	// ImputeConstant is Impute.Fill.
	ImputeConstant
)

var strategies = []string{"mean", "median", "constant"}

// String returns the name of the strategy.
func (s ImputeStrategy) String() string { return enum.String("ImputeStrategy", strategies, int(s)) }

// MarshalText returns the name of the strategy. ErrOption for a number that is none.
func (s ImputeStrategy) MarshalText() ([]byte, error) {
	return enum.Text("strategy", strategies, int(s))
}

// UnmarshalText reads the name of a strategy. ErrOption for one that is none.
func (s *ImputeStrategy) UnmarshalText(text []byte) error {
	return enum.Read(s, "strategy", strategies, text)
}

// Fit finds the number of each column in the field of train. On an error the Impute stays as it
// was.
//
// Errors: ErrEmpty for a nil dataset and a column without a number, but with ImputeConstant;
// ErrField when the field is missing or holds integers; ErrNotFinite for an infinity;
// ErrOption for a Strategy or a Fill without meaning, and a column that the field has not;
// ErrShape for an Indicator of images.
func (m *Impute) Fit(train *Dataset) error { return m.fit(train) }

func (m *Impute) fit(train Source) error {
	if m == nil {
		return errNoScaler()
	}
	if _, err := m.Strategy.MarshalText(); err != nil {
		return err
	}
	if !finite(m.Fill) {
		return mistake.Optionf("data: Impute.Fill: got %v, want a finite number", m.Fill)
	}
	x, chosen, err := passesOf(train, m.Field, m.Columns)
	if err != nil {
		return err
	}
	f := x.head
	if m.Indicator && len(f.Shape) > 1 {
		return f.fail(ErrShape, "got an Impute with Indicator for rows of the shape %v, want one axis or none", f.Shape)
	}
	there, missing, err := m.countThere(x, chosen)
	if err != nil {
		return err
	}
	values := make([]float64, f.Size())
	for c := range values {
		switch {
		case !chosen[c]:
		case m.Strategy == ImputeConstant:
			values[c] = m.Fill
		case there[c].n == 0:
			return f.fail(ErrEmpty, "column %d: got missing cells alone, want a number, or ImputeConstant", c)
		default:
			values[c] = min(max(there[c].total()/float64(there[c].n)/there[c].scale(), there[c].low), there[c].high)
		}
	}
	if m.Strategy == ImputeMedian {
		if err := x.eachColumn(chosen, func(c int, column []float64) {
			slices.Sort(column)
			values[c] = quantile(column, 0.5)
		}); err != nil {
			return err
		}
	}
	m.Values, m.Missing = values, missing
	return nil
}

// countThere returns what is known of the numbers that are there, and the columns that have missing
// cells.
func (m *Impute) countThere(x passes, chosen []bool) (there []columnStats, missing []int, err error) {
	there = newStats(len(chosen))
	rows, infinite, at := 0, make([]float64, len(chosen)), make([]int, len(chosen))
	if err := x.each(func(row, c int, v float64) {
		rows = row + 1
		switch {
		case finite(v):
			there[c].add(v)
		case v == v && infinite[c] == 0:
			infinite[c], at[c] = v, row
		}
	}); err != nil {
		return nil, nil, err
	}
	for c := range chosen {
		switch {
		case !chosen[c]:
		case infinite[c] != 0:
			return nil, nil, x.head.fail(ErrNotFinite, "%s: got %v, want a finite number, or NaN for a missing cell", x.head.position(at[c], c), infinite[c])
		case there[c].n < rows:
			missing = append(missing, c)
		}
	}
	return there, missing, nil
}

// Apply returns d with the missing cells filled, as Floats, and the columns of Indicator. The
// other fields share their values with d.
//
// Errors: ErrField as for Fit, ErrShape when the number of columns is not the one that it was
// fitted to, ErrOption when it has not been fitted.
func (m *Impute) Apply(d *Dataset) (*Dataset, error) {
	if m == nil {
		return nil, errNoScaler()
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	f, err := floats(d, m.Field)
	if err != nil {
		return nil, err
	}
	to, err := m.output(f)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(f, m.Columns)
	if err != nil {
		return nil, err
	}
	width := to.Size()
	rows := make([]float64, f.Len()*width)
	to.AllowNonFinite = false
	for i := range f.Len() {
		row := rows[i*width : (i+1)*width]
		for c := range m.Values {
			v := f.At(i, c)
			if v != v && chosen[c] {
				v = m.Values[c]
			}
			row[c] = v
			to.AllowNonFinite = to.AllowNonFinite || !finite(v)
		}
		if !m.Indicator {
			continue
		}
		for k, c := range m.Missing {
			if v := f.At(i, c); v != v {
				row[len(m.Values)+k] = 1
			}
		}
	}
	to.Floats = rows
	return d.with(to)
}

// Inverse leaves rows as they are: a number that was filled stays. Errors: ErrField when columns
// were added, ErrShape when rows are no whole number of rows.
func (m *Impute) Inverse(rows []float64) error {
	switch {
	case m == nil:
		return errNoScaler()
	case m.Indicator && len(m.Missing) > 0:
		return mistake.Newf(ErrField, "data: got an Impute that has added %d columns to undo, want one without Indicator", len(m.Missing))
	}
	return wholeRows(rows, len(m.Values))
}

// output returns what the field f becomes, without values.
func (m *Impute) output(f Field) (Field, error) {
	if f.Size() != len(m.Values) {
		return f, f.fail(ErrShape, "got %d columns, want the %d that the step was fitted to", f.Size(), len(m.Values))
	}
	f = f.holding([]float64{})
	if !m.Indicator || len(m.Missing) == 0 {
		return f, nil
	}
	if f.Columns != nil {
		names := slices.Clone(f.Columns)
		for _, c := range m.Missing {
			names = append(names, f.Columns[c]+" missing")
		}
		f.Columns = names
	}
	if f.Categories != nil {
		f.Categories = append(slices.Clip(f.Categories), make([][]string, len(m.Missing))...)
	}
	f.Shape = []int{len(m.Values) + len(m.Missing)}
	return f, nil
}

func (m *Impute) reads() []string { return []string{orX(m.Field)} }
func (m *Impute) copied() Step    { c := *m; return &c }
func (m *Impute) unfitted() Step {
	c := *m
	c.Values, c.Missing = nil, nil
	return &c
}

func (m *Impute) check() error {
	for _, c := range m.Missing {
		if c < 0 || c >= len(m.Values) {
			return mistake.Optionf("data: got a missing column %d of %d, want what Fit makes", c, len(m.Values))
		}
	}
	return fittedPairs(m.Values, m.Values, func(_, _ float64) bool { return true })
}

func (m *Impute) describe(fields []Field) ([]Field, error) {
	fields, err := describeNumbers(fields, orX(m.Field), len(m.Values))
	if err != nil {
		return nil, err
	}
	k := named(fields, orX(m.Field))
	fields[k], err = m.output(fields[k])
	return fields, err
}

// wholeRows returns an error unless rows are rows of the given number of columns.
func wholeRows(rows []float64, columns int) error {
	if columns == 0 {
		return mistake.Optionf("data: got a step for 0 columns, want one that has been fitted")
	}
	if len(rows)%columns != 0 {
		return mistake.Shapef("data: got %d values, want whole rows of the %d columns that the step was fitted to", len(rows), columns)
	}
	return nil
}

// quantile returns the quantile q of sorted numbers, between two of them in proportion.
//
// Source: R. Hyndman, Y. Fan, Sample Quantiles in Statistical Packages, 1996, type 7.
func quantile(sorted []float64, q float64) float64 {
	at := float64(q * float64(len(sorted)-1))
	i := int(math.Floor(at))
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[i], sorted[i+1], at-float64(i)
	if t == 0.5 {
		if s := a + b; finite(s) {
			return s / 2
		}
		return a/2 + b/2
	}
	return float64(a*(1-t)) + float64(b*t)
}
