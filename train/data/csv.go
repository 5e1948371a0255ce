package data

import (
	"fmt"
	"io"

	"github.com/pkg/errors"
)

// ReadCSVFile is ReadCSV on the regular file at path, which a *CSVError then
// names. ErrCSV for a pipe, a device or a directory: give ReadCSV an open pipe.
func ReadCSVFile(path string, opts CSVOptions) (*Dataset, error) {
	d, _, err := readCSVFile("data: ReadCSVFile", path, opts, nil)
	return d, err
}

// ReadCSV reads a table into field "x" (x: [N, F], Columns from the header), and into
// field "y" when a target is chosen: floats of shape [K] for K target columns, or class
// labels (Labels). CSVOptions.Fields makes further fields.
//
// A column of numbers is one element of its field. Texts, truth values and times become
// numbers as CSVOptions.Columns and Text say. A column may be left out, and then its cells
// are not looked at. ReadCSVPlan also returns how each column was read, for
// a second table to be read in the same way.
//
// The text is UTF-8 with or without byte order mark, its lines end in LF or
// CRLF, the last one with or without, and cells may be quoted with '"' ("" is a
// quote). Spaces around a cell are not part of it. Everything else is an error
// that names line and column:
//   - a line with more or fewer cells than the first, an empty line, a NUL byte
//   - a missing cell (OnMissing can keep it or leave out its row)
//   - a text that is not a decimal number, NaN and Inf, a number beyond float64
//   - a text that its column's settings do not know: a category, a truth value, a time
//   - a column name that is empty or used twice, a first line that may be data (Header)
//   - labels that may be numbers to predict (Labels)
//   - a cell above 1 MiB, more than 2^20 columns or classes
//
// Errors: a *CSVError around ErrCSV, ErrNotFinite or ErrLabel about the content; ErrEmpty
// for a table without rows; ErrOption for options that contradict each other or the
// header; the reader's own error, wrapped, when it fails.
func ReadCSV(r io.Reader, opts CSVOptions) (*Dataset, error) {
	d, _, err := readCSV("data: ReadCSV", "", r, opts, nil)
	return d, err
}

// readCSVFile is readCSV on a file.
func readCSVFile(who, path string, opts CSVOptions, plan *CSVPlan) (*Dataset, *csvTable, error) {
	file, err := openRegular(path, ErrCSV)
	if err != nil {
		return nil, nil, errors.WithMessage(err, who)
	}
	defer file.Close()
	d, t, err := readCSV(who, path, file, opts, plan)
	return d, t, inFile(path, err)
}

// of returns who for messages about a file.
func of(who, path string) string {
	if path == "" {
		return who
	}
	return fmt.Sprintf("%s: %q", who, path)
}

// inFile notes the path of the table in err.
func inFile(path string, err error) error {
	var where *CSVError
	if errors.As(err, &where) {
		where.Path = path
	}
	return err
}

// readCSV reads a table, and returns what there is to say about it. With a plan given, the table
// must be one for it. The path is that of r, if it is a file.
func readCSV(who, path string, r io.Reader, opts CSVOptions, plan *CSVPlan) (*Dataset, *csvTable, error) {
	t, err := newCSVTable(of(who, path), r, opts, plan, newCSVStore)
	if err != nil {
		return nil, nil, err
	}
	t.path = path
	if err := t.readAll(); err != nil {
		return nil, nil, err
	}
	d, err := t.dataset()
	if err != nil {
		return nil, nil, err
	}
	return d, t, nil
}
