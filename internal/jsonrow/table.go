package jsonrow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// Table makes records of text of rows that are objects. It may be shared between goroutines.
type Table struct {
	Columns []string // those of the records
	how     map[string]column
	known   map[string]bool // what is no other name of a column
	comma   bool            // numbers have a decimal comma
}

// column is how a cell is written.
type column struct {
	kind       data.ColumnKind
	categories []string
	yes, no    string // of a Boolean
	any        bool   // other texts are taken too
}

// Inputs returns the table of the rows that the Predictor predicts for. Its Columns are empty for a
// model that reads no tables.
func Inputs(p *train.Predictor) *Table { return newTable(p, p.Columns()) }

// Examples returns the table of rows with their targets, by the plan in the model's file.
func Examples(p *train.Predictor) *Table {
	if p.Info().Plan == nil {
		return newTable(p, nil)
	}
	return newTable(p, slices.DeleteFunc(slices.Clone(p.Info().Plan.Columns), func(c data.CSVReport) bool { return c.Kind == data.LeftOut }))
}

func newTable(p *train.Predictor, columns []data.CSVReport) *Table {
	t := &Table{how: map[string]column{}, known: map[string]bool{}}
	var settings map[string]data.CSVColumn
	for _, name := range p.Info().Target.Columns {
		t.known[name] = true
	}
	if plan := p.Info().Plan; plan != nil {
		settings, t.comma = plan.Options.Columns, plan.Options.DecimalComma
		for _, c := range plan.Columns {
			t.known[c.Name] = true
		}
	}
	for _, r := range columns {
		c := column{kind: r.Kind, categories: r.Categories, yes: "true", no: "false"}
		c.any = settings[r.Name].IgnoreUnknown || settings[r.Name].Other != ""
		if s := settings[r.Name]; len(s.True) > 0 && len(s.False) > 0 {
			c.yes, c.no = s.True[0], s.False[0]
		}
		t.Columns = append(t.Columns, r.Name)
		t.how[r.Name], t.known[r.Name] = c, true
	}
	return t
}

// Records returns a record for each row, with the cells of Columns.
//
// Errors: an *Error with the row and its key.
func (t *Table) Records(rows []Row) ([][]string, error) {
	records := make([][]string, len(rows))
	for i, r := range rows {
		if r.List != nil {
			return nil, &Error{Row: i, Err: errors.New("got an array, want an object as the rows before")}
		}
		if err := t.keys(r); err != nil {
			return nil, at(i, err)
		}
		for _, name := range t.Columns {
			text, err := t.cell(t.how[name], r.Cells[name])
			if err != nil {
				return nil, &Error{i, name, err}
			}
			records[i] = append(records[i], text)
		}
	}
	return records, nil
}

// keys returns an error unless the row has the columns. Keys that are unknown are passed over.
func (t *Table) keys(r Row) error {
	var missing, unknown []string
	for _, name := range t.Columns {
		if _, ok := r.Cells[name]; !ok {
			missing = append(missing, name)
		}
	}
	for _, key := range r.Keys {
		if !t.known[key] {
			unknown = append(unknown, key)
		}
	}
	switch {
	case missing != nil && unknown != nil:
		return &Error{Field: missing[0], Err: errors.Errorf("got no %s but the unknown %s, want %s", keysOf(missing), keysOf(unknown), mistake.Names(t.Columns))}
	case missing != nil:
		return &Error{Field: missing[0], Err: errors.Errorf("got no %s, want all columns (null for a missing value)", keysOf(missing))}
	}
	return nil
}

func keysOf(names []string) string {
	if len(names) == 1 {
		return fmt.Sprintf("key %q", mistake.Clip(names[0]))
	}
	return "keys " + mistake.Names(names)
}

// cell returns a value as it is written in the table.
func (t *Table) cell(c column, v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case Nested:
		return "", errors.Errorf("got %s, want a number, a text, a truth value or null", v)
	case json.Number:
		if t.comma && c.kind == data.Number {
			return strings.Replace(v.String(), ".", ",", 1), nil
		}
		return v.String(), nil
	case bool:
		return c.truth(v)
	}
	return "", nil // which is missing
}

// truth returns a truth value as it is written in the column: by its own words, or as the category
// of that name.
func (c column) truth(v bool) (string, error) {
	switch c.kind {
	case data.Boolean:
		if v {
			return c.yes, nil
		}
		return c.no, nil
	case data.Category, data.OneHot:
		text := strconv.FormatBool(v)
		i := slices.IndexFunc(c.categories, func(name string) bool { return strings.EqualFold(name, text) })
		if i >= 0 {
			return c.categories[i], nil
		}
		if c.any {
			return text, nil
		}
		return "", errors.Errorf("got %v, want one of %s", v, mistake.Names(c.categories))
	}
	return "", errors.Errorf("got %v, want a number", v)
}
