package data

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Info describes the fields of the datasets that the plan reads, without a table.
//
// Errors: ErrOption for a plan that reading a table does not make, such as a changed one.
func (p *CSVPlan) Info() ([]FieldInfo, error) {
	const who = "data: CSVPlan"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	t, err := p.named(who, p.names(), newNoRows)
	if err == nil {
		err = t.arrange()
	}
	if err == nil {
		err = p.check(t)
	}
	if err != nil {
		return nil, mistake.Optionf("%s: got a plan that reading a table does not make: %v", who, err)
	}
	var out []FieldInfo
	for k := range t.fields {
		out = append(out, t.fields[k].describe().info())
	}
	return out, nil
}

// Validate says whether the plan can read a table, as after it came from JSON.
//
// Errors: ErrOption.
func (p *CSVPlan) Validate() error {
	_, err := p.Info()
	return err
}

// names returns the names of the columns.
func (p *CSVPlan) names() []string {
	out := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		out[i] = c.Name
	}
	return out
}

// named returns a table whose columns have the given names, and of which no row was read.
func (p *CSVPlan) named(who string, columns []string, rows func(width int) csvRows) (*csvTable, error) {
	o := p.Options
	if err := o.Validate(); err != nil { // what is left out below, too
		return nil, err
	}
	o.NoHeader, o.Header, o.Names, o.Rename, o.SkipLines, o.Comment = false, true, nil, nil, 0, ""
	t, err := newCSVTable(who, strings.NewReader(""), o, p, rows)
	if err != nil {
		return nil, err
	}
	t.ahead = nil
	t.scan.give(columns, 0)
	return t, t.columnsOf()
}

// check compares the plan with a table that is read by it.
func (p *CSVPlan) check(t *csvTable) error {
	o := &p.Options
	switch {
	case !o.Header && !o.NoHeader:
		return mistake.Optionf("got neither Header nor NoHeader, want one of them")
	case o.NoHeader && o.Names == nil:
		return mistake.Optionf("got NoHeader without Names, want them")
	case o.Names != nil && !slices.Equal(o.Names, p.names()):
		return mistake.Optionf("got the Names %s, want those of Columns, %s", mistake.Names(o.Names), mistake.Names(p.names()))
	case o.Text != Number || o.TargetIndex != nil:
		return mistake.Optionf("got Text or TargetIndex, want the kinds and the names of the columns")
	case p.Rows < 0 || p.Dropped < 0:
		return mistake.Optionf("got %d rows and %d left out, want at least 0", p.Rows, p.Dropped)
	}
	want := make([]CSVReport, len(p.Columns))
	for i := range want {
		want[i] = CSVReport{Name: p.Columns[i].Name, Kind: LeftOut}
	}
	for _, c := range t.columns {
		if c.set != nil && !c.set.fixed {
			return mistake.Optionf("column %q: got the Kind %v without Categories, want them", mistake.Clip(c.name), c.Kind)
		}
		want[c.position] = c.report()
	}
	for i, w := range want {
		if err := p.Columns[i].like(w); err != nil {
			return err
		}
	}
	return nil
}

// like returns an error unless the report says what the options of its plan do.
func (c CSVReport) like(w CSVReport) error {
	switch {
	case c.Field != w.Field || c.Kind != w.Kind:
		return mistake.Optionf("column %q: got the Kind %v in field %q, want %v in %q as the options say", mistake.Clip(c.Name), c.Kind, mistake.Clip(c.Field), w.Kind, mistake.Clip(w.Field))
	case !slices.Equal(c.Categories, w.Categories):
		return mistake.Optionf("column %q: got the categories %s, want %s as the options say", mistake.Clip(c.Name), mistake.Names(c.Categories), mistake.Names(w.Categories))
	case c.Missing < 0 || c.Counts != nil && len(c.Counts) != len(c.Categories):
		return mistake.Optionf("column %q: got %d missing cells and %d counts, want at least 0, and a count for each of %d categories", mistake.Clip(c.Name), c.Missing, len(c.Counts), len(c.Categories))
	case slices.ContainsFunc(c.Counts, func(n int) bool { return n < 0 }):
		return mistake.Optionf("column %q: got a negative count, want at least 0", mistake.Clip(c.Name))
	}
	return nil
}
