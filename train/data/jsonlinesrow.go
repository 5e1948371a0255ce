package data

import (
	"bytes"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// addCells takes over the cells of a line.
func (t *jsonTable) addCells() error {
	if t.drops() {
		if drop, err := t.dropCells(); drop || err != nil {
			t.dropped++
			return err
		}
	}
	if t.rows == 0 {
		t.takeShapes()
	}
	for _, c := range t.columns {
		if c.Kind == LeftOut {
			continue
		}
		if err := t.put(c, &t.cells[c.position]); err != nil {
			return t.fault(c.name, err)
		}
	}
	total := t.total
	if t.padded > 0 { // the text does not tell how much memory its rows take
		total = 0
	}
	for k := range t.fields {
		f := &t.fields[k]
		f.rows.add(f.row, t.lines.count, total)
	}
	t.from.add(t.lines.number)
	t.rows++
	return nil
}

// dropCells says whether a cell of the line is missing, and counts those that are.
func (t *jsonTable) dropCells() (drop bool, err error) {
	for _, c := range t.columns {
		if c.Kind == LeftOut || !t.dropsFor(c) || !t.cells[c.position].gone() {
			continue
		}
		if c.open && t.opts.Text == LeftOut {
			return false, t.fault(c.name, mistake.Newf(ErrCSV, "got a missing cell of a key that Text may leave out, want to know whether its row is to be left out (Columns, Drop)"))
		}
		c.missing++
		drop = true
	}
	return drop, nil
}

// takeShapes gives the columns the shapes of the arrays in the first row.
func (t *jsonTable) takeShapes() {
	for _, c := range t.columns {
		if cell := &t.cells[c.position]; cell.kind == jsonArray && c.Kind == Number {
			c.shape = slices.Clone(cell.shape)
		}
	}
	for k := range t.fields {
		t.fields[k].layOut(t.newRows)
	}
}

// put writes the elements of a cell into the row of its field.
func (t *jsonTable) put(c *csvColumn, cell *jsonCell) (err error) {
	into := c.field.row[c.slot : c.slot+c.elements()]
	if cell.gone() {
		return t.putMissing(c, cell, into)
	}
	if c.open && cell.kind == jsonText {
		if err := t.becomeText(c, cell); err != nil || c.Kind == LeftOut {
			return err
		}
	}
	if err := t.sameKind(c, cell); err != nil {
		return err
	}
	if cell.kind == jsonArray {
		return t.putArray(c, cell, into)
	}
	into[0], err = t.single(c, cell)
	return err
}

// sameKind settles the kind of the values of c by the first one, and refuses another kind.
func (t *jsonTable) sameKind(c *csvColumn, cell *jsonCell) error {
	c.open = false
	switch first := t.kinds[c.position]; {
	case first == jsonMissing:
		t.kinds[c.position] = cell.kind
	case first != cell.kind:
		return mistake.Newf(ErrCSV, "got %v, want %v as in the first line that has one", cell.kind, first)
	}
	return nil
}

// becomeText makes c a column of the kind that Text says.
func (t *jsonTable) becomeText(c *csvColumn, cell *jsonCell) error {
	if c.Kind = t.opts.Text; c.Kind == OneHot && c.field.integers {
		return mistake.Newf(ErrCSV, "got the text %q in field %q of Integers, want a number (Columns)", mistake.Clip(string(cell.text)), c.field.name)
	}
	return c.begin()
}

// putMissing writes the elements of a cell that is missing, or has missing numbers.
func (t *jsonTable) putMissing(c *csvColumn, cell *jsonCell, into []float64) error {
	c.missing++
	switch {
	case t.opts.OnMissing != KeepMissing, c.field.integers:
		return mistake.Newf(ErrCSV, "got null or no value, want %s", t.remedy(c))
	case cell.kind == jsonArray:
		if err := t.sameKind(c, cell); err != nil {
			return err
		}
		return t.putArray(c, cell, into)
	}
	if c.shape != nil {
		if t.padded += 8 * int64(len(into)); t.padded > t.limit {
			return mistake.Newf(ErrCSV, "got missing arrays of more than %d bytes, want fewer (MaxBytes)", t.limit)
		}
	}
	for i := range into {
		into[i] = math.NaN()
	}
	return nil
}

// putArray writes the numbers of an array.
func (t *jsonTable) putArray(c *csvColumn, cell *jsonCell, into []float64) error {
	if c.Kind != Number {
		return mistake.Newf(ErrCSV, "got an array, want a single value for the Kind %v", c.Kind)
	}
	if err := cell.fits(c.shape); err != nil {
		return err
	}
	for i, v := range cell.numbers {
		if c.field.integers && !whole(v) {
			return mistake.Newf(ErrCSV, "element %d: got %v in field %q of Integers, want a whole number below 2^53", i, v, c.field.name)
		}
		into[i] = v
	}
	return nil
}

// single returns the number that a cell with one value becomes.
func (t *jsonTable) single(c *csvColumn, cell *jsonCell) (float64, error) {
	text := cell.text
	if cell.kind == jsonText {
		if text = bytes.Trim(text, " \t"); len(text) == 0 {
			return 0, mistake.Newf(ErrCSV, "got an empty text, want one, or null for a missing cell")
		}
	}
	switch c.Kind {
	case Category, OneHot:
		number, err := c.set.add(text, place{line: t.lines.number, name: c.name}, t.opts.AllowNonFinite)
		return float64(number), err
	case Time:
		if cell.kind != jsonText {
			return 0, mistake.Newf(ErrCSV, "got %v, want a text with a time", cell.kind)
		}
		return c.clock.read(string(text))
	case Boolean:
		if cell.kind != jsonBool {
			return c.truths.read(string(text))
		}
	}
	switch cell.kind {
	case jsonBool:
		if string(text) == "true" {
			return 1, nil
		}
		return 0, nil
	case jsonText:
		return 0, mistake.Newf(ErrCSV, "got the text %q, want a number (Columns, Text)", mistake.Clip(string(text)))
	}
	return t.number(c.field, text)
}
