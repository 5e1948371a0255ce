package data

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/symgrad/symgrad/internal/mistake"
)

// CSVPlan says how a table was read, and reads other tables in the same way: each
// column has the same kind and the same categories in the same order. So training, test
// and production data get one encoding. It survives JSON, and may be shared between
// goroutines that do not change it.
type CSVPlan struct {
	// Options are those that the table was read with, with all that they had left
	// open: the header, the inputs, the kind of each column, categories and classes.
	Options CSVOptions
	// Columns reports on each column, in the order of the file.
	Columns []CSVReport
	// Rows is how many rows were read, Dropped how many were left out for a missing cell or
	// for a missing label.
	Rows, Dropped int
}

// CSVReport is what a plan says about a column.
type CSVReport struct {
	// Name is the name of the column, after Rename and Names.
	Name string
	// Field is the field that the column is in, "" for one that is left out.
	Field string `json:",omitempty"`
	// Kind is what its cells became.
	Kind ColumnKind
	// Missing is how many cells were missing, those of dropped rows included.
	Missing int `json:",omitempty"`
	// Categories are those of a Category or OneHot column, in their order, with Other last.
	Categories []string `json:",omitempty"`
	// Counts is how many rows that were read have each category.
	Counts []int `json:",omitempty"`
}

// ReadCSVPlan is ReadCSV, and returns how the table was read.
//
//	train, plan, err := data.ReadCSVPlan(file, opts)
//	test, err := plan.Read(other)
func ReadCSVPlan(r io.Reader, opts CSVOptions) (*Dataset, *CSVPlan, error) {
	return planned(readCSV("data: ReadCSVPlan", "", r, opts, nil))
}

// ReadCSVPlanFile is ReadCSVFile, and returns how the table was read.
func ReadCSVPlanFile(path string, opts CSVOptions) (*Dataset, *CSVPlan, error) {
	return planned(readCSVFile("data: ReadCSVPlanFile", path, opts, nil))
}

// planned returns a dataset and how its table was read.
func planned(d *Dataset, t *csvTable, err error) (*Dataset, *CSVPlan, error) {
	if err != nil {
		return nil, nil, err
	}
	return d, t.newPlan(), nil
}

// Read reads a table with the columns of the plan. By a header they may come in another
// order, and those that are left out may be missing. Columns that the plan does not know are
// passed over. A category that it does not know is an error, unless Other or IgnoreUnknown is set.
//
// Errors: those of ReadCSV; ErrOption for a nil plan.
func (p *CSVPlan) Read(r io.Reader) (*Dataset, error) {
	const who = "data: CSVPlan.Read"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	d, _, err := readCSV(who, "", r, p.Options, p)
	return d, err
}

// ReadPlan is Read, and returns the plan with the counts of this table: its rows, and those that
// were left out.
func (p *CSVPlan) ReadPlan(r io.Reader) (*Dataset, *CSVPlan, error) {
	const who = "data: CSVPlan.ReadPlan"
	if p == nil {
		return nil, nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	return planned(readCSV(who, "", r, p.Options, p))
}

// ReadFile is Read on the regular file at path. Errors: those of ReadCSVFile; ErrOption
// for a nil plan.
func (p *CSVPlan) ReadFile(path string) (*Dataset, error) {
	const who = "data: CSVPlan.ReadFile"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	d, _, err := readCSVFile(who, path, p.Options, p)
	return d, err
}

// Without returns a plan for tables that lack the columns of fields, such as the target
// "y" of new data. These columns may still be there, and are then left out. A table
// without a header has all columns that are left out, or none of them.
//
// Errors: ErrOption for a nil plan; ErrField for "x" and for a field that is not there.
func (p *CSVPlan) Without(fields ...string) (*CSVPlan, error) {
	const who = "data: CSVPlan.Without"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	q := p.clone()
	o := &q.Options
	for _, name := range fields {
		var columns []string
		for i, c := range q.Columns {
			if c.Field == name && name != "" {
				columns = append(columns, c.Name)
				q.Columns[i] = CSVReport{Name: c.Name, Kind: LeftOut}
			}
		}
		if name == "x" || len(columns) == 0 {
			return nil, mistake.Newf(ErrField, "%s: got the field %q, want one of the plan that is not \"x\"", who, name)
		}
		if name == "y" {
			o.Target, o.Labels, o.Classes, o.DropUnlabelled = nil, false, nil, false
		}
		o.Fields = slices.DeleteFunc(o.Fields, func(f CSVField) bool { return f.Name == name })
		for _, column := range columns {
			delete(o.Columns, column)
		}
		o.Drop = append(o.Drop, columns...)
	}
	return q, nil
}

// Only returns a plan for tables that have the columns of "x" and of these fields: Without
// all others.
//
// Errors: ErrOption for a nil plan; ErrField for a field that is not there.
func (p *CSVPlan) Only(fields ...string) (*CSVPlan, error) {
	const who = "data: CSVPlan.Only"
	if p == nil {
		return nil, mistake.Optionf("%s: got a nil plan, want one", who)
	}
	var have, others []string
	for _, c := range p.Columns {
		if c.Field == "" || slices.Contains(have, c.Field) {
			continue
		}
		have = append(have, c.Field)
		if c.Field != "x" && !slices.Contains(fields, c.Field) {
			others = append(others, c.Field)
		}
	}
	for _, name := range fields {
		if !slices.Contains(have, name) {
			return nil, mistake.Newf(ErrField, "%s: got the field %q, want one of %s", who, name, mistake.Names(have))
		}
	}
	return p.Without(others...)
}

// clone returns a plan with its own lists.
func (p *CSVPlan) clone() *CSVPlan {
	q := *p
	q.Columns = slices.Clone(p.Columns)
	q.Options = p.Options.clone()
	return &q
}

// clone returns options whose lists of columns are their own.
func (o CSVOptions) clone() CSVOptions {
	o.Names, o.Drop, o.Fields = slices.Clone(o.Names), slices.Clone(o.Drop), slices.Clone(o.Fields)
	o.Missing, o.Inputs, o.Target = slices.Clone(o.Missing), slices.Clone(o.Inputs), slices.Clone(o.Target)
	o.Rename, o.Columns = maps.Clone(o.Rename), maps.Clone(o.Columns)
	return o
}

// String returns the plan as a table: column, field, kind, missing cells, and the first
// categories with their counts.
func (p *CSVPlan) String() string {
	if p == nil {
		return "no plan"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d rows", p.Rows)
	if p.Dropped > 0 {
		fmt.Fprintf(&text, ", %d more left out", p.Dropped)
	}
	text.WriteString("\n")
	table := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	fmt.Fprint(table, "column\tfield\tkind\tmissing\tcategories\n")
	for _, c := range p.Columns {
		field, missing := c.Field, fmt.Sprint(c.Missing)
		if c.Kind == LeftOut {
			field, missing = "-", "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%v\t%s\t%s\n", mistake.Clip(c.Name), field, c.Kind, missing, c.categories())
	}
	table.Flush()
	lines := strings.Split(text.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// categories prints the first of the categories with their counts.
func (c CSVReport) categories() string {
	const most = 8
	var list []string
	for i, name := range c.Categories {
		if i == most {
			list = append(list, fmt.Sprintf("and %d more", len(c.Categories)-most))
			break
		}
		item := mistake.Clip(name)
		if i < len(c.Counts) {
			item += fmt.Sprintf(" %d", c.Counts[i])
		}
		list = append(list, item)
	}
	return strings.Join(list, ", ")
}

// match says whether the table has the columns of the plan that it is read with.
func (t *csvTable) match() error {
	if t.plan == nil {
		return nil
	}
	for _, c := range t.plan.Columns {
		if _, ok := t.position[c.Name]; !ok && c.Kind != LeftOut {
			near := mistake.Near(c.Name, t.extra())
			if near != "" {
				near = fmt.Sprintf("; is %q it?", mistake.Clip(near))
			}
			return t.scan.fail(0, mistake.Newf(ErrCSV, "got no column %q, want those of the plan: the header has %s%s%s", mistake.Clip(c.Name), mistake.Names(t.names), near, withoutHint(c.Field)))
		}
	}
	return nil
}

// extra returns the names of the columns that the plan does not know.
func (t *csvTable) extra() []string {
	known := t.plan.known()
	return slices.DeleteFunc(slices.Clone(t.names), func(name string) bool { return known[name] })
}

// known has the names of the columns of the plan; none for no plan.
func (p *CSVPlan) known() map[string]bool {
	if p == nil {
		return nil
	}
	known := make(map[string]bool, len(p.Columns))
	for _, c := range p.Columns {
		known[c.Name] = true
	}
	return known
}

// withoutHint says how a table without the columns of a field is read; "" for "x".
func withoutHint(field string) string {
	if field == "x" {
		return ""
	}
	return fmt.Sprintf("; CSVPlan.Without(%q) reads tables without this field, and train.Predictor.PredictCSV needs none of it", field)
}

// newPlan says how the table was read.
func (t *csvTable) newPlan() *CSVPlan {
	p := &CSVPlan{Options: t.opts.clone(), Rows: t.rows, Dropped: t.dropped}
	o := &p.Options
	if o.NoHeader {
		o.Names = slices.Clone(t.names)
	} else {
		o.Header = true
	}
	o.Text, o.Inputs, o.Target, o.TargetIndex, o.Drop, o.Columns = Number, nil, nil, nil, nil, nil
	p.Columns = make([]CSVReport, len(t.names))
	for i, name := range t.names {
		p.Columns[i] = CSVReport{Name: name, Kind: LeftOut}
	}
	for k := range t.fields {
		f := &t.fields[k]
		var names []string
		for _, c := range f.columns {
			if c.Kind == LeftOut {
				continue
			}
			names = append(names, c.name)
			p.Columns[c.position] = c.report()
			o.settle(c)
		}
		switch at := slices.IndexFunc(o.Fields, func(g CSVField) bool { return g.Name == f.name }); {
		case at >= 0:
			o.Fields[at].Columns = names
		case f.name == "x":
			o.Inputs = names
		default:
			o.Target = names
		}
	}
	for _, c := range p.Columns {
		if c.Kind == LeftOut {
			o.Drop = append(o.Drop, c.Name)
		}
	}
	if t.plan != nil && !o.NoHeader { // what it does not know was passed over
		known := t.plan.known()
		p.Columns = slices.DeleteFunc(p.Columns, func(c CSVReport) bool { return !known[c.Name] })
		o.Drop = slices.DeleteFunc(o.Drop, func(name string) bool { return !known[name] })
	}
	return p
}

// settle adds the settings of a column that was read.
func (o *CSVOptions) settle(c *csvColumn) {
	settings := c.how()
	if c.set != nil {
		settings.Categories = slices.Clone(c.set.names)
	}
	if c.field.labels {
		o.Classes = settings.Categories
		return
	}
	if settings.Kind == Number {
		return
	}
	if o.Columns == nil {
		o.Columns = map[string]CSVColumn{}
	}
	o.Columns[c.name] = settings
}

// report is what the plan says about the column.
func (c *csvColumn) report() CSVReport {
	r := CSVReport{Name: c.name, Field: c.field.name, Kind: c.Kind, Missing: c.missing}
	if c.set != nil {
		r.Categories, r.Counts = slices.Clone(c.set.all()), slices.Clone(c.set.counts)
		if c.set.other != "" {
			r.Counts = append(r.Counts, c.set.others)
		}
	}
	return r
}
