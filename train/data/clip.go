package data

import (
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Clip takes the numbers of a field into the range that its columns have in the training part:
// numbers outside become the nearest limit. It is a Step. Once fitted it may be shared between
// goroutines.
type Clip struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Columns are the numbers of the columns that are clipped, from 0; nil for all.
	Columns []int `json:",omitempty"`
	// Quantile is the share of the training part that lies outside at either end, less than
	// a half. By default the limits are the least and the largest number.
	Quantile float64

	// Low and High hold the limits of each column, 0 of those that are not clipped; Fit sets
	// them.
	Low, High []float64
}

// Fit finds the limits of each column in the field of train. On an error the Clip stays as it
// was. A quantile between two numbers is taken in proportion, as in NumPy.
//
// Errors: as for Scaler.Fit, and ErrOption unless 0 <= Quantile < 0.5.
func (s *Clip) Fit(train *Dataset) error { return s.fit(train) }

func (s *Clip) fit(train Source) error {
	if s == nil {
		return errNoScaler()
	}
	if !(s.Quantile >= 0 && s.Quantile < 0.5) {
		return mistake.Optionf("data: Clip.Quantile: got %v, want a number in [0, 0.5)", s.Quantile)
	}
	x, chosen, err := passesOf(train, s.Field, s.Columns)
	if err != nil {
		return err
	}
	list, err := x.stats(chosen)
	if err != nil {
		return err
	}
	low, high := make([]float64, len(list)), make([]float64, len(list))
	for c, s := range list {
		low[c], high[c] = s.low, s.high
	}
	if s.Quantile > 0 {
		if err := x.eachColumn(chosen, func(c int, column []float64) {
			slices.Sort(column)
			low[c], high[c] = quantile(column, s.Quantile), quantile(column, 1-s.Quantile)
			high[c] = max(low[c], high[c])
		}); err != nil {
			return err
		}
	}
	s.Low, s.High = low, high
	return nil
}

// Apply returns d with the field clipped, as Floats; the other fields share their values with
// d. Errors as for Scaler.Apply.
func (s *Clip) Apply(d *Dataset) (*Dataset, error) {
	if s == nil {
		return nil, errNoScaler()
	}
	return apply(d, s, s.Field, len(s.Low))
}

// Transform clips flat rows in place. NaN stays. Errors: ErrShape when they are no whole number
// of rows, ErrOption when the Clip has not been fitted.
func (s *Clip) Transform(rows []float64) error {
	if s == nil {
		return errNoScaler()
	}
	if err := s.check(); err != nil {
		return err
	}
	if err := wholeRows(rows, len(s.Low)); err != nil {
		return err
	}
	for i, v := range rows {
		if c := i % len(s.Low); s.Columns == nil || slices.Contains(s.Columns, c) {
			rows[i] = min(max(v, s.Low[c]), s.High[c])
		}
	}
	return nil
}

// Inverse leaves rows as they are. Errors: ErrShape when they are no whole number of rows.
func (s *Clip) Inverse(rows []float64) error {
	if s == nil {
		return errNoScaler()
	}
	return wholeRows(rows, len(s.Low))
}

func (s *Clip) reads() []string { return []string{orX(s.Field)} }
func (s *Clip) copied() Step    { c := *s; return &c }
func (s *Clip) unfitted() Step {
	return &Clip{Field: s.Field, Columns: s.Columns, Quantile: s.Quantile}
}

func (s *Clip) check() error {
	return fittedPairs(s.Low, s.High, func(low, high float64) bool { return low <= high })
}

func (s *Clip) describe(fields []Field) ([]Field, error) {
	return describeNumbers(fields, orX(s.Field), len(s.Low))
}
