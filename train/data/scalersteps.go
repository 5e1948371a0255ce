package data

// This file makes Scaler and MinMax steps of a Recipe.

func (s *Scaler) reads() []string { return []string{orX(s.Field)} }
func (s *Scaler) copied() Step    { c := *s; return &c }
func (s *Scaler) unfitted() Step  { return &Scaler{Field: s.Field, Columns: s.Columns} }
func (s *Scaler) check() error {
	return fittedPairs(s.Mean, s.Std, func(mean, std float64) bool { return std > 0 })
}

func (s *Scaler) describe(fields []Field) ([]Field, error) {
	return describeNumbers(fields, orX(s.Field), len(s.Mean))
}

func (m *MinMax) reads() []string { return []string{orX(m.Field)} }
func (m *MinMax) copied() Step    { c := *m; return &c }
func (m *MinMax) unfitted() Step  { return &MinMax{Field: m.Field, Columns: m.Columns} }
func (m *MinMax) check() error {
	return fittedPairs(m.Min, m.Max, func(low, high float64) bool { return low <= high })
}

func (m *MinMax) describe(fields []Field) ([]Field, error) {
	return describeNumbers(fields, orX(m.Field), len(m.Min))
}
