package ir

// Table holds one record for each value of a function, at the index of the value's
// ID. Records start as zero.
type Table[R any] []R

// NewTable returns a table for the values that f has so far.
func NewTable[R any](f *Func) Table[R] { return make(Table[R], f.nextID) }

// At returns the record of v. The table grows if v is newer than the table; records
// that At has returned before do not belong to it any more then.
func (t *Table[R]) At(v *Value) *R {
	if n := v.ID + 1 - len(*t); n > 0 {
		*t = append(*t, make([]R, n)...)
	}
	return &(*t)[v.ID]
}
