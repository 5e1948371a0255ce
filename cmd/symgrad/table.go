package main

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train"
)

// table reads the inputs of a model from comma-separated values.
type table struct {
	noHeader bool
	said     bool // a flag says how the table is written
	comma    rune
	in       *csv.Reader
	at       []int    // the cells of a line that a row is made of
	names    []string // of these cells, for messages; "" for none
}

// open reads the first line and finds the columns of the inputs.
func (t *table) open(r io.Reader, inputs []train.InputInfo) error {
	if t.comma == ' ' {
		r = newSpaced(r)
	}
	t.in = csv.NewReader(r)
	t.in.Comma, t.in.ReuseRecord, t.in.TrimLeadingSpace = t.comma, true, true
	var names []string
	width, named := 0, true
	for _, in := range inputs {
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		width += n
		switch {
		case len(in.Columns) == n:
			names = append(names, in.Columns...)
		case n == 1:
			names = append(names, in.Name)
		default:
			named = false
		}
	}
	if t.noHeader {
		t.in.FieldsPerRecord = width
		t.at, t.names = upTo(width), make([]string, width)
		return nil
	}
	first, err := t.in.Read()
	if err == io.EOF {
		return errors.New("got an empty table, want a line with the names of the columns, or -no-header and examples")
	}
	if err != nil {
		return err
	}
	header := make([]string, len(first))
	for i, name := range first {
		header[i] = strings.TrimSpace(name)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	if !slices.ContainsFunc(header, func(name string) bool { _, err := strconv.ParseFloat(name, 64); return err != nil }) {
		return errors.New("the first line has numbers alone: is it an example (-no-header)? Otherwise want the names of the columns in it")
	}
	if named {
		return t.find(header, names)
	}
	if len(header) != width {
		return errors.Errorf("got %d columns, want %d: those of the inputs, one after the other", len(header), width)
	}
	t.at, t.names = upTo(width), header
	return nil
}

// find finds the names in the header.
func (t *table) find(header, names []string) error {
	var missing []string
	for _, name := range names {
		i := slices.Index(header, name)
		switch {
		case i < 0:
			missing = append(missing, name)
		case slices.Contains(header[i+1:], name):
			return errors.Errorf("got two columns of the name %q, want one", name)
		}
		t.at = append(t.at, i)
	}
	if missing != nil {
		return errors.Errorf("got no columns %q in the first line, want them (without names in the table: -no-header)", missing)
	}
	t.names = names
	return nil
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// hintOf says what a table with texts and missing cells needs.
func hintOf(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return ""
	}
	return " (for texts and missing cells save the model with train.ModelFile.Plan)"
}

// read reads up to most rows, and says whether there may be more.
func (t *table) read(most int) (rows []float64, more bool, err error) {
	for range most {
		cells, err := t.in.Read()
		if err == io.EOF {
			return rows, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		for k, i := range t.at {
			text := strings.TrimSpace(cells[i])
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				line, _ := t.in.FieldPos(i)
				if t.names[k] != "" {
					return nil, false, errors.Errorf("line %d, column %q: got %q, want a finite number%s", line, t.names[k], text, hintOf(text))
				}
				return nil, false, errors.Errorf("line %d, column %d: got %q, want a finite number%s", line, i+1, text, hintOf(text))
			}
			rows = append(rows, v)
		}
	}
	return rows, true, nil
}
