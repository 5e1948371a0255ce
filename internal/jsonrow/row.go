// Package jsonrow reads rows of JSON, and asks a Predictor about them: arrays of numbers, or
// objects by the names of the columns of a table.
//
// It owns what a row may be, and which row and key is wrong. The server and the command share it,
// so both take the same rows. It does not own the reading of cells, which package data does.
//
// Read first: Row, then Table.
package jsonrow

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Row is an example: an array with the numbers of all inputs, or an object with the cells of a
// table by the names of their columns. A value is a json.Number, a text, a truth value, or nil for
// null. A value that is an array or an object itself is Nested: a key with it may only be passed over.
type Row struct {
	List  []any    // nil for an object
	Keys  []string // of an object, in their order
	Cells map[string]any
}

// Nested is an array or an object within a row, in words.
type Nested string

// Error says which row is wrong, and where.
type Error struct {
	Row   int    // from 0
	Field string // the key, or the column of an element; "" for the row as a whole
	Err   error
}

// Error returns all of it in one line.
func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("row %d: %v", e.Row, e.Err)
	}
	return fmt.Sprintf("row %d, %q: %v", e.Row, mistake.Clip(e.Field), e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// at returns the error about row i, which keeps the field that it has.
func at(i int, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return &Error{i, e.Field, e.Err}
	}
	return &Error{Row: i, Err: err}
}

// ErrRows is the kind of error of a body with too many rows.
var ErrRows = errors.New("too many rows")

// ReadBody reads an object {"rows": [...]} with at most most rows. A key that stands twice is
// refused, which encoding/json passes over, and so is all that would not be looked at.
//
// Errors: an *Error about a row, ErrRows, those of from and of JSON.
func ReadBody(from io.Reader, most int) (rows []Row, err error) {
	d := json.NewDecoder(from)
	d.UseNumber()
	if err := delim(d, '{'); err != nil {
		return nil, err
	}
	had := false
	for ; d.More(); had = true {
		key, err := token(d)
		switch {
		case err != nil:
			return nil, err
		case had:
			return nil, errors.Errorf("got the key %.40q behind \"rows\", want \"rows\" alone, once", key)
		case key != "rows":
			return nil, errors.Errorf("got the key %.40q, want \"rows\"", key)
		}
		if rows, err = readList(d, most); err != nil {
			return nil, err
		}
	}
	if err := delim(d, '}'); err != nil {
		return nil, err
	}
	if !had {
		return nil, errors.New("got no key \"rows\", want it with a list of rows")
	}
	return rows, ended(d)
}

// Parse reads a row that stands alone, such as one of JSON lines.
func Parse(line io.Reader) (Row, error) {
	d := json.NewDecoder(line)
	d.UseNumber()
	r, err := readRow(d)
	if err == nil {
		err = ended(d)
	}
	return r, err
}

// ended returns an error unless d is at its end.
func ended(d *json.Decoder) error {
	t, err := d.Token()
	if err == nil {
		err = errors.Errorf("got more than one value, %s behind the first, want one", show(t))
	}
	if err != io.EOF {
		return err
	}
	return nil
}

// readList reads the rows.
func readList(d *json.Decoder, most int) (rows []Row, err error) {
	if err := delim(d, '['); err != nil {
		return nil, err
	}
	for d.More() {
		if len(rows) == most {
			return nil, errors.Wrapf(ErrRows, "got more than %d rows", most)
		}
		r, err := readRow(d)
		if err != nil {
			return nil, at(len(rows), err)
		}
		rows = append(rows, r)
	}
	return rows, delim(d, ']')
}

func readRow(d *json.Decoder) (Row, error) {
	t, err := token(d)
	if err != nil {
		return Row{}, err
	}
	switch t {
	case json.Delim('['):
		return readArray(d)
	case json.Delim('{'):
		return readObject(d)
	}
	return Row{}, errors.Errorf("got %s, want an array or an object", show(t))
}

func readArray(d *json.Decoder) (r Row, err error) {
	r.List = []any{}
	for d.More() {
		v, err := value(d)
		if err != nil {
			return r, errors.WithMessagef(err, "element %d", len(r.List))
		}
		r.List = append(r.List, v)
	}
	return r, delim(d, ']')
}

func readObject(d *json.Decoder) (r Row, err error) {
	r.Cells, r.Keys = map[string]any{}, []string{}
	for d.More() {
		t, err := token(d)
		if err != nil {
			return r, err
		}
		key := t.(string) // or Token had an error
		if _, twice := r.Cells[key]; twice {
			return r, &Error{Field: key, Err: errors.New("got the key twice, want it once")}
		}
		if r.Cells[key], err = cell(d); err != nil {
			return r, &Error{Field: key, Err: err}
		}
		r.Keys = append(r.Keys, key)
	}
	return r, delim(d, '}')
}

// value reads a value that is no array and no object.
func value(d *json.Decoder) (any, error) {
	t, err := token(d)
	if err != nil {
		return nil, err
	}
	if _, nested := t.(json.Delim); nested {
		return nil, errors.Errorf("got %s, want a number, a text, a truth value or null", show(t))
	}
	return t, nil
}

// cell reads the value of a key.
func cell(d *json.Decoder) (any, error) {
	t, err := token(d)
	if err != nil {
		return nil, err
	}
	if _, nested := t.(json.Delim); !nested {
		return t, nil
	}
	what := Nested(show(t))
	for open := 1; open > 0; {
		t, err := token(d)
		if err != nil {
			return nil, err
		}
		switch t {
		case json.Delim('['), json.Delim('{'):
			open++
		case json.Delim(']'), json.Delim('}'):
			open--
		}
	}
	return what, nil
}

// token reads a token. The end of the text is an error.
func token(d *json.Decoder) (json.Token, error) {
	t, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return t, err
}

// delim reads a brace or a bracket.
func delim(d *json.Decoder, want json.Delim) error {
	t, err := token(d)
	if err == nil && t != want {
		err = errors.Errorf("got %s, want %s", show(t), map[json.Delim]string{'{': "an object", '}': "its end", '[': "an array", ']': "its end"}[want])
	}
	return err
}

// show writes a token for a message.
func show(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case json.Delim:
		return map[json.Delim]string{'[': "an array", '{': "an object", ']': "the end of an array", '}': "the end of an object"}[t]
	case string:
		return fmt.Sprintf("the text %.40q", t)
	case bool:
		return strconv.FormatBool(t)
	}
	return fmt.Sprintf("%.40s", t)
}

// ReadArray reads a list of rows, [...], to its end.
//
// Errors: an *Error about a row, those of from and of JSON.
func ReadArray(from io.Reader) ([]Row, error) {
	d := json.NewDecoder(from)
	d.UseNumber()
	rows, err := readList(d, -1)
	if err == nil {
		err = ended(d)
	}
	return rows, err
}
