package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// row is an example of a request: an array with the numbers of all inputs, or an object with the
// cells of a table by the names of their columns. A value is a number, a text, a truth value, or
// nil for null.
type row struct {
	list    []any
	columns []string // in their order; nil for an array
	cells   map[string]any
}

// readRows reads the body of a request, {"rows": [...]}. A key that stands twice is refused, which
// encoding/json passes over, and so is all that would not be looked at.
func readRows(from io.Reader) (rows []row, err error) {
	d := json.NewDecoder(from)
	d.UseNumber()
	if err := delim(d, '{'); err != nil {
		return nil, err
	}
	for had := false; d.More(); had = true {
		key, err := d.Token()
		switch {
		case err != nil:
			return nil, err
		case had:
			return nil, fmt.Errorf("got the key %.40q behind \"rows\", want \"rows\" alone, once", key)
		case key != "rows":
			return nil, fmt.Errorf("got the key %.40q, want \"rows\"", key)
		}
		if rows, err = readList(d); err != nil {
			return nil, err
		}
	}
	if err := delim(d, '}'); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("got more than one value")
	}
	return rows, nil
}

// readList reads the rows.
func readList(d *json.Decoder) (rows []row, err error) {
	if err := delim(d, '['); err != nil {
		return nil, err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		var r row
		switch t {
		case json.Delim('['):
			r, err = readArray(d)
		case json.Delim('{'):
			r, err = readObject(d)
		default:
			err = fmt.Errorf("got %s, want an array or an object", show(t))
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(rows), err)
		}
		rows = append(rows, r)
	}
	return rows, delim(d, ']')
}

func readArray(d *json.Decoder) (r row, err error) {
	r.list = []any{}
	for d.More() {
		v, err := value(d)
		if err != nil {
			return r, fmt.Errorf("element %d: %w", len(r.list), err)
		}
		r.list = append(r.list, v)
	}
	return r, delim(d, ']')
}

func readObject(d *json.Decoder) (r row, err error) {
	r.cells, r.columns = map[string]any{}, []string{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return r, err
		}
		key := t.(string) // or Token had an error
		if _, twice := r.cells[key]; twice {
			return r, fmt.Errorf("got the key %.40q twice, want it once", key)
		}
		if r.cells[key], err = value(d); err != nil {
			return r, fmt.Errorf("%.40q: %w", key, err)
		}
		r.columns = append(r.columns, key)
	}
	return r, delim(d, '}')
}

// value reads a value that is no array and no object.
func value(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if _, nested := t.(json.Delim); nested {
		return nil, fmt.Errorf("got %s, want a number, a text, a truth value or null", show(t))
	}
	return t, nil
}

// delim reads a brace or a bracket.
func delim(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && t != want {
		err = fmt.Errorf("got %s, want %s", show(t), map[json.Delim]string{'{': "an object", '}': "its end", '[': "an array", ']': "its end"}[want])
	}
	return err
}

// show writes a token for a message.
func show(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case json.Delim:
		return map[json.Delim]string{'[': "an array", '{': "an object"}[t]
	case string:
		return fmt.Sprintf("the text %.40q", t)
	case bool:
		return strconv.FormatBool(t)
	}
	return fmt.Sprintf("%.40s", t)
}
