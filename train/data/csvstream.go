package data

import (
	"io"
	"os"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// csvStream reads the rows of a CSVFile from one on.
type csvStream struct {
	f    *CSVFile
	file *os.File
	t    *csvTable
	at   int // the number of the next row
	most int // rows that are handed out at once
}

// nameOfCSVFile stands before the errors of a CSVFile.
const nameOfCSVFile = "data: CSVFile"

// Open begins to read at row from, of those that are not left out. The lines between the
// next place that OpenCSV has noted and this row are read over: some thousand. Next returns at most
// 2^16 rows, or rows with 2^22 numbers.
//
// Errors: ErrIndex for a negative from, ErrChanged if the file is not as it was, those of opening
// and reading it. Next has ErrChanged and those of reading.
func (f *CSVFile) Open(from int) (Stream, error) {
	switch {
	case f == nil:
		return nil, mistake.Optionf("%s: got a nil file, want one that OpenCSV made", nameOfCSVFile)
	case from < 0:
		return nil, mistake.Newf(ErrIndex, "%s: got the row %d to begin at, want 0 or more", nameOfCSVFile, from)
	}
	file, err := openRegular(f.path, ErrCSV)
	if err != nil {
		return nil, errors.WithMessage(err, nameOfCSVFile)
	}
	s := &csvStream{f: f, file: file}
	if err := s.begin(from); err != nil {
		err = f.blame(nameOfCSVFile, file, err)
		s.Close()
		return nil, err
	}
	return s, nil
}

// begin reads the header and goes to a row.
func (s *csvStream) begin(from int) error {
	plan := s.f.plan
	if err := s.f.unchanged(nameOfCSVFile, s.file); err != nil {
		return err
	}
	t, err := newCSVTable(of(nameOfCSVFile, s.f.path), s.file, plan.Options, plan, newCSVQueue)
	if err != nil {
		return err
	}
	s.t, t.path = t, s.f.path
	t.lift()
	if err := t.begin(); err != nil {
		return err
	}
	if err := t.arrange(); err != nil {
		return err
	}
	to := s.f.points.before(from)
	if err := t.scan.seek(to); err != nil {
		return errors.WithMessage(err, nameOfCSVFile)
	}
	t.rows, t.held = to.row, false
	if err := t.readTo(from); err != nil && err != io.EOF {
		return err
	}
	s.at = min(from, t.rows)
	for k := range t.fields {
		t.fields[k].rows.take(s.at - to.row)
	}
	t.from.take(s.at - to.row)
	t.taken = s.at
	s.most = t.mostAtOnce()
	return nil
}

// mostAtOnce is how many rows a stream hands out at once.
func (t *csvTable) mostAtOnce() int {
	numbers := 0
	for k := range t.fields {
		numbers += max(len(t.fields[k].row), t.fields[k].width)
	}
	return max(1, min(1<<16, 1<<22/numbers))
}

// Next returns the next rows.
func (s *csvStream) Next(n int) (*Dataset, error) {
	if n < 1 {
		return nil, mistake.Optionf("%s: got %d rows to read, want at least 1", nameOfCSVFile, n)
	}
	n = min(n, s.most)
	err := s.t.readTo(s.at + n)
	if err != nil && err != io.EOF {
		return nil, s.f.blame(nameOfCSVFile, s.file, err)
	}
	if err := s.f.unchanged(nameOfCSVFile, s.file); err != nil {
		return nil, err
	}
	if have := s.t.rows - s.at; have < n {
		if s.t.rows != s.f.Len() {
			return nil, mistake.Newf(ErrChanged, "%s: %q: got %d rows, want %d as when the file was opened", nameOfCSVFile, s.f.path, s.t.rows, s.f.Len())
		}
		if n = have; n == 0 {
			return nil, io.EOF
		}
	}
	d, err := s.t.take(n)
	s.at += n
	return d, err
}

// Close closes the file.
func (s *csvStream) Close() error {
	if s.t != nil {
		s.t.ahead.wait()
	}
	return s.file.Close()
}
