package data

import (
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/strictjson"
)

// jsonTable is a table whose columns are keys.
type jsonTable struct {
	csvTable
	lines  *jsonLines
	scan   strictjson.Scanner
	limit  int64
	cells  []jsonCell      // of a line, by the position of their keys in names
	kinds  []jsonKind      // of the values of each key, by their first one
	last   []int           // the line that had each key last, 0 for none
	of     []*csvColumn    // the column of each key, nil for one that is left out
	others map[string]bool // keys of the line that no option names
	closed bool            // there are no such keys
	padded int64           // bytes of elements that missing arrays have made
}

// read reads all lines.
func (t *jsonTable) read() error {
	line, err := t.lines.next()
	if err == io.EOF {
		return mistake.Newf(ErrEmpty, "%s: got an empty text, want at least one line", t.who)
	}
	for ; err == nil; line, err = t.lines.next() {
		if t.names == nil {
			if err := t.begin(line); err != nil {
				return err
			}
		}
		if err := t.readLine(line); err != nil {
			return err
		}
	}
	if err != io.EOF {
		return err
	}
	return t.allKeys()
}

// begin takes the columns from the options and the keys of the first line.
func (t *jsonTable) begin(line []byte) error {
	keys, err := t.keysOf(line)
	if err != nil {
		return err
	}
	o := &t.opts
	named := slices.Concat(o.Inputs, o.Target, o.Drop, sortedKeys(o.Columns))
	hasX := o.Inputs != nil
	for _, f := range o.Fields {
		named = append(named, f.Columns...)
		hasX = hasX || f.Name == "x"
	}
	t.closed = !hasX
	t.position = map[string]int{}
	if t.closed {
		named = append(keys, named...)
	}
	for _, name := range named {
		if _, known := t.position[name]; !known {
			t.position[name] = len(t.names)
			t.names = append(t.names, name)
		}
	}
	if len(t.names) > maxColumns {
		return t.lines.fail("got %d keys, want at most %d", len(t.names), maxColumns)
	}
	if len(t.names) == 0 {
		return t.lines.fail("got an object without keys, want at least one")
	}
	t.cells, t.kinds, t.last = make([]jsonCell, len(t.names)), make([]jsonKind, len(t.names)), make([]int, len(t.names))
	t.others = map[string]bool{}
	if err := t.choose(); err != nil {
		return err
	}
	if err := t.prepare(); err != nil {
		return err
	}
	t.of = make([]*csvColumn, len(t.names))
	for _, c := range t.columns {
		t.of[c.position] = c
	}
	return nil
}

// keysOf returns the keys of an object.
func (t *jsonTable) keysOf(line []byte) (keys []string, err error) {
	err = t.object(line, func(key []byte) error {
		keys = append(keys, string(key))
		return t.scan.Skip(maxJSONDepth)
	})
	return keys, err
}

// object reads the object in a line: value reads the value of a key.
func (t *jsonTable) object(line []byte, value func(key []byte) error) error {
	t.scan.Reset(line)
	at := "" // the key of the value that is wrong
	err := t.scan.Object(func(key []byte) error {
		err := value(key)
		if err != nil {
			at = string(key)
		}
		return err
	})
	if err == nil {
		err = t.scan.End()
	}
	if err != nil {
		return t.fault(at, err)
	}
	return nil
}

// fault returns the error about the value of a key, "" for the line as a whole.
func (t *jsonTable) fault(key string, err error) error {
	return &CSVError{Line: t.lines.number, Name: mistake.Clip(key), Err: mistake.Newf(kindOfError(err), "%v", err)}
}

// kindOfError returns the kind of an error about the content, ErrCSV for one without.
func kindOfError(err error) error {
	for _, kind := range []error{ErrNotFinite, ErrLabel, ErrOption} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return ErrCSV
}

// readLine reads the object in a line, and adds its row.
func (t *jsonTable) readLine(line []byte) error {
	for i := range t.cells {
		t.cells[i].kind = jsonMissing
	}
	clear(t.others)
	if err := t.object(line, func(key []byte) error {
		i, known := t.position[string(key)]
		return t.readValue(key, i, known)
	}); err != nil {
		return err
	}
	return t.addCells()
}

// readValue reads the value of a key, which is at position i if it is known.
func (t *jsonTable) readValue(key []byte, i int, known bool) error {
	switch {
	case !known && t.closed:
		return mistake.Newf(ErrCSV, "got a key that the first line does not have, want those that it has or that an option names (Inputs, Drop)")
	case !known && t.others[string(key)], known && t.last[i] == t.lines.number:
		return mistake.Newf(ErrCSV, "got the key twice, want it once")
	case !known:
		t.others[string(key)] = true
		return t.scan.Skip(maxJSONDepth)
	}
	t.last[i] = t.lines.number
	if c := t.of[i]; c == nil || c.Kind == LeftOut {
		return t.scan.Skip(maxJSONDepth)
	}
	return t.readCell(&t.cells[i])
}

// allKeys returns an error for a key that options name and no line has.
func (t *jsonTable) allKeys() error {
	for i, line := range t.last {
		if line == 0 {
			return t.optionf("got the key %q in the options, want one that a line has", t.names[i])
		}
	}
	return nil
}
