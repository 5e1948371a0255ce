package data

import (
	"io"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ReadRecords reads rows of text that are in memory: row i is rows[i], and its cell k is of the
// column columns[k]. The columns have the names of the plan, so those after Rename. As with Read
// they may come in any order, and those that are left out may be missing. Cells are
// written as in the table; "" is a missing one.
//
// Errors: ErrOption for a nil plan; ErrEmpty without rows; a *CSVError with the index of the row
// and the column, as those of ReadCSV.
func (p *CSVPlan) ReadRecords(columns []string, rows [][]string) (*Dataset, error) {
	const who = "data: CSVPlan.ReadRecords"
	switch {
	case p == nil:
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	case len(rows) == 0:
		return nil, mistake.Newf(ErrEmpty, "%s: got no rows, want at least one", who)
	}
	t, err := p.named(who, columns, newCSVStore)
	if err != nil {
		return nil, inForm("columns", err)
	}
	t.unlined = true // a row is where it is
	for i, row := range rows {
		if t.scan.give(row, i); len(row) != len(columns) {
			err = t.scan.fail(0, mistake.Newf(ErrCSV, "got %d cells, want %d as there are columns", len(row), len(columns)))
		} else {
			err = t.addRow()
		}
		if err != nil {
			return nil, inForm("row", err)
		}
	}
	return t.dataset()
}

// inForm notes in err what stands for the path and the line.
func inForm(form string, err error) error {
	var where *CSVError
	if errors.As(err, &where) {
		where.form = form
	}
	return err
}

// give makes cells the record, which is on a line.
func (s *csvScanner) give(cells []string, line int) {
	s.text, s.cells, s.lines, s.began = s.text[:0], s.cells[:0], s.lines[:0], line
	for _, cell := range cells {
		begin := len(s.text)
		s.text = append(s.text, cell...)
		s.cells = append(s.cells, span{begin, len(s.text)})
	}
	s.held = s.text
}

// rowStream reads the rows of a table from a reader.
type rowStream struct {
	t    *csvTable
	path string
	at   int // the number of the next row
	most int // rows that are handed out at once
}

// Stream reads a table as Read does, some rows at a time, so that it may have any size. Next
// returns at most 2^16 rows, or rows with 2^22 numbers. Close does not close r. Errors name the
// file of an r with the method Name, such as an *os.File.
//
// Errors: ErrOption for a nil plan and no reader; those of ReadCSV about the first line. Next has
// those about the rows.
func (p *CSVPlan) Stream(r io.Reader) (Stream, error) {
	const who = "data: CSVPlan.Stream"
	if err := p.Validate(); err != nil {
		return nil, errors.WithMessage(err, who)
	}
	if mistake.IsNil(r) {
		return nil, mistake.Optionf("%s: got no reader, want one", who)
	}
	s := &rowStream{}
	if f, ok := r.(interface{ Name() string }); ok {
		s.path = f.Name()
	}
	t, err := newCSVTable(of(who, s.path), r, p.Options, p, newCSVQueue)
	if err != nil {
		return nil, err
	}
	s.t, t.path = t, s.path
	if t.opts.MaxBytes == 0 {
		t.scan.limit = math.MaxInt64
	}
	if err := t.begin(); err != nil {
		return nil, inFile(s.path, err)
	}
	if err := t.arrange(); err != nil {
		return nil, err
	}
	s.most = t.mostAtOnce()
	return s, nil
}

// Next returns the next rows.
func (s *rowStream) Next(n int) (*Dataset, error) {
	if n < 1 {
		return nil, mistake.Optionf("%s: got %d rows to read, want at least 1", s.t.who, n)
	}
	n = min(n, s.most)
	err := s.t.readTo(s.at + n)
	if err != nil && err != io.EOF {
		return nil, inFile(s.path, err)
	}
	if n = min(n, s.t.rows-s.at); n == 0 {
		return nil, io.EOF
	}
	d, err := s.t.take(n)
	s.at += n
	return d, err
}

// Close ends the reading ahead.
func (s *rowStream) Close() error {
	s.t.ahead.wait()
	return nil
}
