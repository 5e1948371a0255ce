package data

import "slices"

// csvQueue is csvRows that are taken some at a time.
type csvQueue struct {
	width int
	rows  []float64
	taken int // numbers at the front of rows
}

func newCSVQueue(width int) csvRows { return &csvQueue{width: width} }

func (q *csvQueue) add(rows []float64, _, _ int64) {
	if q.taken > 0 {
		q.rows, q.taken = q.rows[:copy(q.rows, q.rows[q.taken:])], 0
	}
	q.rows = append(q.rows, rows...)
}

func (q *csvQueue) take(n int) []float64 {
	from := q.taken
	q.taken += n * q.width
	return slices.Clone(q.rows[from:q.taken])
}

// noRows is csvRows that nobody takes.
type noRows struct{}

func newNoRows(int) csvRows { return noRows{} }

func (noRows) add([]float64, int64, int64) {}
func (noRows) take(int) []float64          { return nil }
