package data

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// addRow takes over the values of the record.
func (t *csvTable) addRow() error {
	if have := len(t.scan.cells); have != len(t.names) {
		hint := ""
		if have == len(t.names)+1 && t.rows == 0 && !t.opts.NoHeader {
			hint = "; do the rows begin with a name that the header leaves out (SkipLines, NoHeader and Names)?"
		}
		return t.scan.fail(0, mistake.Newf(ErrCSV, "got %d cells, want %d as in the first line%s", have, len(t.names), hint))
	}
	if t.drops() {
		if drop, err := t.dropRow(); drop || err != nil {
			t.dropped++
			return err
		}
	}
	for _, c := range t.columns {
		cell := t.scan.cell(c.position)
		if c.quick {
			if v, ok := quickNumber(cell); ok {
				c.field.row[c.slot] = v
				continue
			}
		}
		v, err := t.value(c, cell)
		if err != nil {
			return t.place(c).fail(err)
		}
		c.field.row[c.slot] = v
	}
	if t.scan.cutOff() {
		if err := t.doubtEnd(); err != nil {
			return err
		}
	}
	for k := range t.fields {
		f := &t.fields[k]
		f.rows.add(f.row, t.scan.count, t.total)
	}
	if !t.unlined {
		t.from.add(t.scan.began)
	}
	t.rows++
	return nil
}

// doubtEnd refuses a text that ends within a line, with what may be the first part of a category: it is
// in no other row.
func (t *csvTable) doubtEnd() error {
	last := len(t.names) - 1
	k := slices.IndexFunc(t.columns, func(c *csvColumn) bool { return c.position == last })
	if k < 0 || t.columns[k].set == nil {
		return nil
	}
	c := t.columns[k]
	name := string(t.scan.cell(last))
	if whole := c.set.begins(name); whole != "" {
		return t.place(c).fail(mistake.Newf(ErrCSV, "got %q once, in a last line without an end, and %q begins with it: is the file cut? A line end, or Classes or Categories with it, says that it is whole", mistake.Clip(name), mistake.Clip(whole)))
	}
	return nil
}

// drops says whether rows may be left out.
func (t *csvTable) drops() bool { return t.opts.OnMissing == DropRows || t.opts.DropUnlabelled }

// dropsFor says whether a row is left out for a missing cell of the column.
func (t *csvTable) dropsFor(c *csvColumn) bool {
	return t.opts.OnMissing == DropRows || t.opts.DropUnlabelled && c.field.target
}

// dropRow says whether a cell of the record is missing, and counts those that are.
func (t *csvTable) dropRow() (drop bool, err error) {
	for _, c := range t.columns {
		if c.Kind == LeftOut || !t.dropsFor(c) || !t.isMissing(c, t.scan.cell(c.position)) {
			continue
		}
		if c.open && t.opts.Text == LeftOut {
			return false, t.place(c).fail(mistake.Newf(ErrCSV, "got a missing cell in a column that Text may leave out, want to know whether its row is to be left out (Columns, Drop)"))
		}
		c.missing++
		drop = true
	}
	return drop, nil
}

// isMissing says whether a cell has no value.
func (t *csvTable) isMissing(c *csvColumn, cell []byte) bool {
	if len(cell) > 0 && cell[0]-'0' <= 9 && !t.numbersMissing {
		return false
	}
	if t.missing[string(cell)] {
		return true
	}
	if c.set != nil || t.opts.OnMissing == RefuseMissing && !t.dropsFor(c) || len(cell) != 3 {
		return false
	}
	text := string(cell)
	return text == "NaN" || text == "nan" || text == "NAN"
}

// value returns the number that a cell becomes.
func (t *csvTable) value(c *csvColumn, cell []byte) (float64, error) {
	if c.Kind == LeftOut { // by Text
		return 0, nil
	}
	if t.isMissing(c, cell) {
		c.missing++
		switch {
		case t.opts.OnMissing == KeepMissing && !c.field.integers:
			return math.NaN(), nil
		case len(cell) == 0:
			return 0, mistake.Newf(ErrCSV, "got an empty cell, want %s", t.remedy(c))
		}
		return 0, mistake.Newf(ErrCSV, "got %q, which stands for a missing cell (Missing), want %s", mistake.Clip(string(cell)), t.remedy(c))
	}
	if c.open {
		if err := t.decide(c, cell); err != nil || c.Kind == LeftOut {
			return 0, err
		}
	}
	switch c.Kind {
	case Category, OneHot:
		if c.alone && hasSeparators(string(cell)) {
			return 0, mistake.Newf(ErrCSV, "got one column with the text %q, want a text without separators; is the separator another one (Comma)?", mistake.Clip(string(cell)))
		}
		number, err := c.set.add(cell, t.place(c), t.opts.AllowNonFinite)
		return float64(number), err
	case Boolean:
		return c.truths.read(string(cell))
	case Time:
		return c.clock.read(string(cell))
	}
	v, err := t.number(c.field, cell)
	switch {
	case err == nil || !errors.Is(err, ErrCSV):
	case t.opts.Text != Number:
		err = errors.WithMessage(err, "the column began with a number, and Columns can make it another kind")
	case t.rows > 0 || t.plan != nil || !unicode.IsLetter(firstRune(cell)): // after numbers it is a slip
	case c.field.target:
		err = mistake.Newf(ErrCSV, "got %q, want a number, or Labels for texts that are classes", mistake.Clip(string(cell)))
	default:
		err = mistake.Newf(ErrCSV, "got %q, want a number, or Columns or Text to say what texts become, or Drop to leave the column out", mistake.Clip(string(cell)))
	}
	return v, err
}

// firstRune returns the first character of a cell.
func firstRune(cell []byte) rune {
	r, _ := utf8.DecodeRune(cell)
	return r
}

// remedy says what is wanted in place of a missing cell, and which options accept it.
func (t *csvTable) remedy(c *csvColumn) string {
	switch {
	case c.field.labels:
		return "a label; DropUnlabelled leaves out the rows without one"
	case t.opts.OnMissing != KeepMissing && c.field.target:
		return "a value (OnMissing, DropUnlabelled)"
	case t.opts.OnMissing != KeepMissing:
		return "a value (OnMissing)"
	case c.set != nil || c.open:
		return "a value; a field of Integers has none for it, one of the Kind OneHot without Integers has NaN, which Impute with ImputeConstant fills, and DropRows leaves out the row"
	}
	return "a value; a field of Integers has none for it, one without Integers has NaN, which Impute fills, and DropRows leaves out the row"
}

// number returns the number in a cell of a field.
func (t *csvTable) number(f *csvField, cell []byte) (float64, error) {
	v, err := t.form.read(cell)
	if err == nil && f.integers && !whole(v) {
		return 0, mistake.Newf(ErrCSV, "got %q in field %q of Integers, want a whole number below 2^53", mistake.Clip(string(cell)), f.name)
	}
	return v, err
}

// whole says whether v is a whole number that a text has given and that int holds.
func whole(v float64) bool {
	return v == math.Trunc(v) && math.Abs(v) < exact64 && math.Abs(v) <= math.MaxInt
}

// decide settles the kind of a column by its first cell that is not missing.
func (t *csvTable) decide(c *csvColumn, cell []byte) error {
	c.open = false
	if _, err := t.form.read(cell); err == nil || errors.Is(err, ErrNotFinite) {
		c.quick = t.quick && !c.field.integers
		return nil
	}
	c.Kind, c.alone = t.opts.Text, len(t.names) == 1
	if c.Kind == OneHot && c.field.integers {
		return mistake.Newf(ErrCSV, "got the text %q in field %q of Integers, want a number (Columns)", mistake.Clip(string(cell)), c.field.name)
	}
	return c.begin()
}

// hasSeparators says whether a text looks like several cells.
func hasSeparators(text string) bool {
	if strings.ContainsAny(text, ";\t|") {
		return true
	}
	words := strings.Fields(text)
	return len(words) > 1 && !slices.ContainsFunc(words, func(word string) bool { return !isNumber(word) })
}

// place is that of the cell of a column in the record.
func (t *csvTable) place(c *csvColumn) place {
	return place{t.scan.lineOf(c.position), c.position + 1, c.name}
}
