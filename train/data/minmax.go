package data

import "math"

// MinMax maps the columns of a field of numbers, with its Scale and Shift, to 0..1:
//
//	z = (x - min) / (max - min)
//
// with the least and the largest value of the data it was fitted to, which
// should be the training part alone; other data may fall outside 0..1. A column
// whose values are all the same, or the same but for rounding as a Scaler has it,
// is only shifted: it becomes 0 where it has its least value. Once fitted it may
// be shared between goroutines; its fields may be stored and set again. It is a Step.
type MinMax struct {
	// Field is the name of the field, "x" when empty.
	Field string
	// Columns are the numbers of the columns that are mapped, from 0; nil for all. The others
	// have the least value 0 and the largest 1, and stay as they are.
	Columns []int `json:",omitempty"`
	// Min and Max hold one number a column.
	Min, Max []float64
}

// Fit takes the least and the largest values from the field of train. On an
// error the MinMax stays as it was. Errors as for Scaler.Fit.
func (m *MinMax) Fit(train *Dataset) error { return m.fit(train) }

func (m *MinMax) fit(train Source) error {
	if m == nil {
		return errNoScaler()
	}
	x, chosen, err := passesOf(train, m.Field, m.Columns)
	if err != nil {
		return err
	}
	list, err := x.stats(chosen)
	if err != nil {
		return err
	}
	lowest, highest := make([]float64, len(list)), make([]float64, len(list))
	for c, s := range list {
		if lowest[c], highest[c] = s.low, s.high; !chosen[c] {
			highest[c] = 1
		}
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
	return apply(d, m, m.Field, len(m.Min))
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
		return (float64(z*(high/2-low/2)) + low/2) * 2
	})
}
