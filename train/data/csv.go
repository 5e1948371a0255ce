package data

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// CSVOptions says how to read a table. The zero value reads a comma-separated
// text with a header line, all of whose columns are inputs.
type CSVOptions struct {
	// NoHeader: the first line is data; the columns are named "c0", "c1", ...
	NoHeader bool
	// Header: the first line holds names, even where they look like numbers. With
	// neither Header nor NoHeader the first line is taken for names when Target
	// finds its columns there, or when no input column has a number in it.
	// Otherwise it may be data, and the table is refused.
	Header bool
	// Comma is the separator, ',' when zero; an ASCII character.
	Comma rune
	// Target lists the columns that make field "y", by their names in the header.
	Target []string
	// TargetIndex lists them by position instead: 0 is the first column, -1 the
	// last. Only one of Target and TargetIndex may be given.
	TargetIndex []int
	// Labels: the target is one column of class labels. A class is a text: 7, 007
	// and 7.0 are three. They are mapped to 0..Classes-1, in numeric order when all
	// are finite numbers and in alphabetical order else, and the text of label c is
	// kept as ClassNames[c]. Where every label reads as a number, a fraction or a
	// NaN is refused: the column may hold a number to predict.
	Labels bool
	// Classes fixes the class names and their order, for a second table to be
	// read with the labels of a first one, or for names that Labels alone would
	// refuse. A label is the class of the same text; other labels are an error.
	Classes []string
	// AllowNonFinite accepts NaN, Inf and Infinity, in any case, as numbers, and
	// as labels among numbers.
	AllowNonFinite bool
	// MaxBytes is the largest size of the text, 1 GiB when zero.
	MaxBytes int64
}

// ReadCSVFile is ReadCSV on the regular file at path, which a *CSVError then
// names. ErrCSV for a pipe, a device or a directory: give ReadCSV an open pipe.
func ReadCSVFile(path string, opts CSVOptions) (*Dataset, error) {
	file, err := openRegular(path, ErrCSV)
	if err != nil {
		return nil, errors.WithMessage(err, "data: ReadCSVFile")
	}
	defer file.Close()
	d, err := ReadCSV(file, opts)
	var where *CSVError
	if errors.As(err, &where) {
		where.Path = path
	}
	return d, err
}

// ReadCSV reads a table of numbers into field "x" (x: [N, F], Columns from the
// header). When a target is chosen, there is field "y": floats of shape [K] for K
// target columns, or class labels (Labels).
//
// The text is UTF-8 with or without byte order mark, its lines end in LF or
// CRLF, the last one with or without, and cells may be quoted with '"' ("" is a
// quote). Spaces around a cell are not part of it. Everything else is an error
// that names line and column:
//   - a line with more or fewer cells than the first, an empty cell or line, a NUL byte
//   - a text that is not a decimal number, NaN and Inf, a number beyond float64
//   - a column name that is empty or used twice, a first line that may be data (Header)
//   - labels that may be numbers to predict (Labels)
//   - a cell above 1 MiB, more than 2^20 columns or classes
//
// Errors: a *CSVError around ErrCSV, ErrNotFinite or ErrLabel about the content; ErrEmpty
// for a table without rows; ErrOption for options that contradict each other or the
// header; the reader's own error, wrapped, when it fails.
func ReadCSV(r io.Reader, opts CSVOptions) (*Dataset, error) {
	if r == nil {
		return nil, mistake.Optionf("data: ReadCSV: got no reader, want one")
	}
	limit, err := sizeLimit(opts.MaxBytes)
	if err == nil {
		err = opts.check()
	}
	if err != nil {
		return nil, errors.WithMessage(err, "data: ReadCSV")
	}
	comma := byte(',')
	if opts.Comma != 0 {
		comma = byte(opts.Comma)
	}
	t := &csvTable{opts: opts, scan: newCSVScanner(r, comma, limit)}
	if err := t.read(); err != nil {
		return nil, err
	}
	return t.dataset()
}

func (o CSVOptions) check() error {
	targets := len(o.Target) + len(o.TargetIndex)
	switch {
	case o.Comma < 0 || o.Comma >= utf8.RuneSelf || strings.ContainsRune("\"\r\n +-.", o.Comma) || ('0' <= o.Comma && o.Comma <= '9'):
		return mistake.Optionf("got the Comma %q, want an ASCII character that separates cells", o.Comma)
	case o.Target != nil && o.TargetIndex != nil:
		return mistake.Optionf("got Target %q and TargetIndex %v, want one of them", o.Target, o.TargetIndex)
	case o.NoHeader && o.Header:
		return mistake.Optionf("got Header and NoHeader, want one of them")
	case o.NoHeader && o.Target != nil:
		return mistake.Optionf("got the Target %q and NoHeader, want a TargetIndex", o.Target)
	case o.Labels && targets != 1:
		return mistake.Optionf("got Labels and %d target columns, want one", targets)
	case o.Classes != nil && !o.Labels:
		return mistake.Optionf("got Classes without Labels, want both")
	case o.Classes != nil && (len(o.Classes) < 2 || len(o.Classes) > maxClasses):
		return mistake.Optionf("got %d Classes, want at least 2 and at most %d", len(o.Classes), maxClasses)
	}
	return nil
}

// csvTable collects the values of a table.
type csvTable struct {
	opts     CSVOptions
	scan     *csvScanner
	names    []string
	isTarget []bool
	targets  []int // target columns in the order of the options
	x, y     []float64
	labels   labelSet
	row      []float64
}

func (t *csvTable) read() error {
	if err := t.scan.skipMark(); err != nil {
		return err
	}
	err := t.scan.record()
	if err == io.EOF {
		return mistake.Newf(ErrEmpty, "data: ReadCSV: got an empty table, want at least one line")
	}
	if err != nil {
		return err
	}
	if err := t.header(); err != nil {
		return err
	}
	if err := t.chooseTargets(); err != nil {
		return err
	}
	if t.labels, err = newLabelSet(t.opts.Classes); err != nil {
		return errors.WithMessage(err, "data: ReadCSV")
	}
	t.row = make([]float64, len(t.names))
	if t.opts.NoHeader {
		if err := t.addRow(); err != nil {
			return err
		}
	}
	for {
		err := t.scan.record()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.addRow(); err != nil {
			return err
		}
	}
}

// header takes the column names from the first record, or makes them up.
func (t *csvTable) header() error {
	t.names = make([]string, len(t.scan.ends))
	if t.opts.NoHeader {
		for i := range t.names {
			t.names[i] = "c" + strconv.Itoa(i)
		}
		return nil
	}
	seen := make(map[string]int, len(t.names))
	for i := range t.names {
		name := trim(t.scan.cell(i))
		switch first, twice := seen[name]; {
		case name == "":
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got no name, want one; is the first line data (NoHeader)?"))
		case !utf8.ValidString(name):
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the name %q, want valid UTF-8", clip(name)))
		case twice:
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the name %q as for column %d, want another; is the first line data (NoHeader)?", clip(name), first+1))
		}
		seen[name], t.names[i] = i, name
	}
	if len(t.names) == 1 && strings.ContainsAny(t.names[0], ";\t|,") {
		return t.scan.fail(1, mistake.Newf(ErrCSV, "got one column with the name %q, want a name without separators; is the separator another one (Comma)?", clip(t.names[0])))
	}
	return nil
}

// doubt refuses a first line that nobody has said to be the header and that has a
// number where data has one: in an input column.
func (t *csvTable) doubt() error {
	if t.opts.Header || t.opts.NoHeader {
		return nil
	}
	for i, name := range t.names {
		if (t.isTarget == nil || !t.isTarget[i]) && isNumber(name) {
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the number %s in the first line, want a name; is it data (NoHeader) or the name of the column (Header)?", clip(name)))
		}
	}
	return nil
}

func (t *csvTable) chooseTargets() error {
	for _, name := range t.opts.Target {
		i := slices.Index(t.names, name)
		if i < 0 {
			if err := t.doubt(); err != nil {
				return err
			}
			return mistake.Optionf("data: ReadCSV: got the Target %q, want one of the header's %s", name, listNames(t.names))
		}
		t.targets = append(t.targets, i)
	}
	for _, index := range t.opts.TargetIndex {
		i := index
		if i < 0 {
			i += len(t.names)
		}
		if i < 0 || i >= len(t.names) {
			return mistake.Optionf("data: ReadCSV: got the TargetIndex %d, want one in -%d..%d", index, len(t.names), len(t.names)-1)
		}
		t.targets = append(t.targets, i)
	}
	t.isTarget = make([]bool, len(t.names))
	for _, i := range t.targets {
		if t.isTarget[i] {
			return mistake.Optionf("data: ReadCSV: got the target column %q twice, want it once", t.names[i])
		}
		t.isTarget[i] = true
	}
	if len(t.targets) == len(t.names) {
		return mistake.Optionf("data: ReadCSV: got all %d columns as targets, want at least one for the input", len(t.names))
	}
	if len(t.opts.Target) > 0 { // the header has the names that were asked for
		return nil
	}
	return t.doubt()
}

// addRow takes over the values of the record.
func (t *csvTable) addRow() error {
	if have := len(t.scan.ends); have != len(t.names) {
		return t.scan.fail(0, mistake.Newf(ErrCSV, "got %d cells, want %d as in the first line", have, len(t.names)))
	}
	for i := range t.names {
		cell := trim(t.scan.cell(i))
		var err error
		if cell == "" {
			err = mistake.Newf(ErrCSV, "got an empty cell, want a value")
		} else if t.opts.Labels && t.isTarget[i] {
			err = t.labels.add(cell, t.place(i), t.opts.AllowNonFinite)
		} else {
			t.row[i], err = parseNumber(cell, t.opts.AllowNonFinite)
		}
		if err != nil {
			return t.place(i).fail(err)
		}
		if !t.isTarget[i] {
			t.x = append(t.x, t.row[i])
		}
	}
	if !t.opts.Labels {
		for _, i := range t.targets {
			t.y = append(t.y, t.row[i])
		}
	}
	return nil
}

// place is that of cell i of the record.
func (t *csvTable) place(i int) place { return place{t.scan.lines[i], i + 1, t.names[i]} }

// dataset makes the fields.
func (t *csvTable) dataset() (*Dataset, error) {
	if len(t.x) == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: ReadCSV: got a header without rows, want at least one")
	}
	var columns []string
	for i, name := range t.names {
		if !t.isTarget[i] {
			columns = append(columns, name)
		}
	}
	fields := []Field{{Name: "x", Shape: []int{len(columns)}, Floats: t.x, Columns: columns, AllowNonFinite: t.opts.AllowNonFinite}}
	switch {
	case t.opts.Labels:
		ints, names, err := t.labels.mapped()
		var where *CSVError
		if errors.As(err, &where) {
			return nil, err
		}
		if err != nil {
			return nil, errors.WithMessagef(err, "data: ReadCSV: column %q", t.names[t.targets[0]])
		}
		fields = append(fields, Field{Name: "y", Ints: ints, Columns: []string{t.names[t.targets[0]]}, Classes: len(names), ClassNames: names})
	case len(t.targets) > 0:
		names := make([]string, len(t.targets))
		for k, i := range t.targets {
			names[k] = t.names[i]
		}
		fields = append(fields, Field{Name: "y", Shape: []int{len(names)}, Floats: t.y, Columns: names, AllowNonFinite: t.opts.AllowNonFinite})
	}
	return New(fields...)
}
