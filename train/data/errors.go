package data

import (
	"cmp"
	"errors" // kinds need no stack
	"fmt"

	"github.com/symgrad/symgrad/internal/mistake"
)

// The kinds of error of this package, found with errors.Is. The message says
// which field, row and column, and what was expected.
var (
	// ErrEmpty: there are no examples, or none would be left.
	ErrEmpty = errors.New("no examples")
	// ErrShape: lengths or shapes do not agree.
	ErrShape = mistake.ErrShape
	// ErrNotFinite: a value is NaN or infinite, or too large for its type.
	ErrNotFinite = mistake.ErrNotFinite
	// ErrLabel: a class label is out of range, no integer, or the only class; or another
	// index that a model reads is out of range, such as a token or a length.
	ErrLabel = errors.New("bad class label")
	// ErrImage: a file is no image that can be read, or has too many pixels.
	ErrImage = errors.New("unreadable image")
	// ErrField: a field is missing, named twice or of the wrong kind.
	ErrField = errors.New("bad field")
	// ErrIndex: an index is not that of an example.
	ErrIndex = errors.New("index out of range")
	// ErrOption: an argument or option has no meaning.
	ErrOption = mistake.ErrOption
	// ErrCSV: a text, of CSV or of JSON lines, is no table of the form that the options describe.
	ErrCSV = errors.New("malformed table")
	// ErrChanged: a file is not as it was when it was opened.
	ErrChanged = errors.New("changed file")
	// ErrIDX: a file is no array in the IDX format, or not a whole one.
	ErrIDX = errors.New("malformed IDX file")
	// ErrFormat: the content of another file is not what its format asks for.
	ErrFormat = mistake.ErrFormat
	// ErrDType: a field cannot hold elements of a type.
	ErrDType = mistake.ErrDType
)

// CSVError is the error of ReadCSV, OpenCSV, ReadRecords and ReadJSONLines about the content of a text,
// found with errors.As.
type CSVError struct {
	// Path is the file, empty when the text came from a reader.
	Path string
	// Line is the line of the file, from 1; a quoted cell may span several. Of ReadRecords it is
	// the index of the row, from 0.
	Line int
	// Column is the number of the cell in its line, from 1; 0 when the error
	// concerns the line as a whole, and in JSON lines.
	Column int
	// Name is the name of the column or the key, where it is known.
	Name string
	// Err says what is wrong and wraps one of the errors above.
	Err error

	form string // what stands for the Path of a reader: csv when empty, jsonl, row or columns
}

// Error returns the position and what is wrong there.
func (e *CSVError) Error() string {
	text := fmt.Sprintf("data: %s:%d", cmp.Or(e.Path, e.form, "csv"), e.Line)
	switch e.form {
	case "row":
		text = fmt.Sprintf("data: row %d", e.Line)
	case "columns":
		text = "data: the columns"
	}
	switch {
	case e.Column > 0 && e.Name != "":
		text += fmt.Sprintf(": column %d (%q)", e.Column, e.Name)
	case e.Column > 0:
		text += fmt.Sprintf(": column %d", e.Column)
	case e.Name != "":
		text += fmt.Sprintf(": %q", e.Name)
	}
	if e.Err == nil {
		return text
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *CSVError) Unwrap() error { return e.Err }
