package data

import (
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ReadJSONLinesFile is ReadJSONLines on the regular file at path, which a *CSVError then
// names. ErrCSV for a pipe, a device or a directory: give ReadJSONLines an open pipe.
func ReadJSONLinesFile(path string, opts JSONLinesOptions) (*Dataset, error) {
	const who = "data: ReadJSONLinesFile"
	file, err := openRegular(path, ErrCSV)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	defer file.Close()
	d, err := readJSONLines(of(who, path), file, opts)
	return d, inFile(path, err)
}

// ReadJSONLines reads a text with one JSON object in each line, also called NDJSON. The options
// choose keys for the fields as CSVOptions choose columns: field "x" (x: [N, F]), field "y" when
// a target is chosen, and further fields.
//
//	{"petal": 1.4, "pixels": [[0, 1], [1, 0]], "kind": "setosa"}
//
// A number is one element of its field, and true and false are 1 and 0. An array of numbers has
// as many elements in each line. A field of one array has its shape: [2, 2] for pixels above.
// Texts are labels (Labels), or become numbers as Columns and Text say.
// A missing cell is a null, also within an array, or a key that a line does not have.
//
// The text is UTF-8 with or without byte order mark, its lines end in LF or CRLF, the last one
// with or without. Spaces around a text in quotes are not part of it. Everything else is an error
// that names line and key:
//   - a line that is not one object as RFC 8259 has it, such as a value cut off, text after it,
//     bytes that are not UTF-8 or half of a surrogate pair; an empty line
//   - a key that is there twice, or that neither the first line nor an option has
//   - a missing cell (OnMissing can keep it or leave out its row)
//   - a value of another kind than in the first line that has it, an array of another shape
//   - a number beyond float64, NaN and Infinity
//   - values more than 64 deep, a line longer than MaxLine
//
// Errors: a *CSVError around ErrCSV, ErrNotFinite or ErrLabel about the content; ErrEmpty for a
// text without rows; ErrOption for options that contradict each other or the keys; the
// reader's own error, wrapped, when it fails.
func ReadJSONLines(r io.Reader, opts JSONLinesOptions) (*Dataset, error) {
	return readJSONLines("data: ReadJSONLines", r, opts)
}

func readJSONLines(who string, r io.Reader, opts JSONLinesOptions) (*Dataset, error) {
	if mistake.IsNil(r) {
		return nil, mistake.Optionf("%s: got no reader, want one", who)
	}
	if err := opts.Validate(); err != nil {
		return nil, errors.WithMessage(err, who)
	}
	limit, err := sizeLimit(opts.MaxBytes)
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	t := &jsonTable{limit: limit, lines: newJSONLines(who, r, opts.maxLine(), limit)}
	t.scan.NonFinite = true // AllowNonFinite says whether the number is taken
	t.csvTable = csvTable{who: who, whose: "the keys", opts: opts.table(), total: min(sizeOf(r), limit), newRows: newCSVStore}
	if err := t.read(); err != nil {
		return nil, inJSON(err)
	}
	d, err := t.dataset()
	if err != nil {
		return nil, inJSON(err)
	}
	return d, nil
}

// inJSON returns err, which then says that the text is JSON.
func inJSON(err error) error {
	var where *CSVError
	if errors.As(err, &where) {
		where.form = "jsonl"
	}
	return err
}
