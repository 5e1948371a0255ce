package gosource

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/symgrad/symgrad/train/data"
)

// This file writes Encode, which takes the cells of a row of the table.

// encoding is a column of the table that Encode reads.
type encoding struct {
	c        data.CSVReport
	o        data.CSVColumn
	at, size int
}

// newEncoding returns the columns that make the elements of the only input, nil if the table does not
// say them all, or writes numbers in a form of its own.
func (p *program) newEncoding() (list []encoding) {
	t := p.o.Table
	if t == nil || len(p.inputs) != 1 || p.inputs[0].ints || t.Options.DecimalComma || t.Options.Thousands != 0 {
		return nil
	}
	names := p.namesOf(0)
	covered := 0
	for _, c := range t.Columns {
		e := encoding{c: c, o: t.Options.Columns[c.Name], size: 1}
		first := c.Name
		if c.Kind == data.OneHot && len(c.Categories) > 0 {
			first, e.size = c.Name+"="+c.Categories[0], len(c.Categories)
		}
		if e.at = slices.Index(names, first); c.Field == "x" && e.at >= 0 {
			list, covered = append(list, e), covered+e.size
		}
	}
	if covered != p.inputs[0].size {
		return nil
	}
	return list
}

// rule writes what becomes of the cells of the column.
func (e encoding) rule(keep bool) string {
	texts := func(list []string) string { return fmt.Sprintf(", texts: %#v", list) }
	kind := map[data.ColumnKind]byte{data.Number: 'n', data.Category: 'c', data.OneHot: 'o', data.Boolean: 'b', data.Time: 't'}[e.c.Kind]
	out := fmt.Sprintf("{kind: %q, at: %d, size: %d, keep: %v", kind, e.at, e.size, keep)
	switch e.c.Kind {
	case data.Category, data.OneHot:
		out += fmt.Sprintf(", other: %v%s", e.o.Other != "", texts(e.c.Categories))
	case data.Boolean:
		yes, no := e.o.Truths()
		values := strings.Repeat("1, ", len(yes)) + strings.Repeat("0, ", len(no))
		out += fmt.Sprintf("%s, values: []number{%s}", texts(slices.Concat(yes, no)), values)
	case data.Time:
		unit := 86400
		if e.o.Unit == data.Seconds {
			unit = 1
		}
		out += fmt.Sprintf(", epoch: %d, unit: %d%s", e.o.Start().Unix(), unit, texts(e.o.Layouts()))
	}
	return out + "},\n"
}

// printEncode writes Header and Encode.
func (p *program) printEncode(b *bytes.Buffer) {
	if len(p.encode) == 0 {
		return
	}
	size, missing := p.inputs[0].title+"Size", p.o.Table.Options.MissingTexts()
	b.WriteString("// Header are the columns of the table that Encode takes, in their order.\nvar Header = [...]string{\n")
	for _, e := range p.encode {
		fmt.Fprintf(b, "%q,\n", e.c.Name)
	}
	b.WriteString("}\n\n// cellRules has a rule for each column of Header.\nvar cellRules = [...]cellRule{\n")
	for _, e := range p.encode {
		b.WriteString(e.rule(p.o.Table.Options.OnMissing == data.KeepMissing))
	}
	fmt.Fprintf(b, "}\n\n// Encode makes the elements of %s of the cells of a row, one for each name of Header. Texts are as in\n"+
		"// the table of the training set. It returns an error for other lengths, and for a cell that the column\n// cannot have.\n"+
		"func Encode(dst []number, row []string) error {\nif len(dst) != %s {\nreturn wrong(\"dst\", len(dst), %s)\n}\nif len(row) != len(Header) {\nreturn wrong(\"row\", len(row), len(Header))\n}\n"+
		"for i, c := range cellRules {\nif !encodeCell(dst[c.at:][:c.size], c, strings.Trim(row[i], \" \\t\")) {\n"+
		"return errors.New(\"%s: Encode: \" + Header[i] + \": got \" + strconv.Quote(row[i]) + \", want a cell as in the table of the training set\")\n}\n}\nreturn nil\n}\n\n", p.inputs[0].name, size, size, p.o.Package)
	fmt.Fprintf(b, "// missingCell reports whether a cell has no value.\nfunc missingCell(cell string) bool {\nfor _, text := range %#v {\nif cell == text {\nreturn true\n}\n}\nreturn cell == \"\"\n}\n\n", missing)
}

// encodedRows returns rows of the table, and what the plan makes of them.
func (p *program) encodedRows() (rows [][]string, want []float64, err error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	var header []string
	for _, e := range p.encode {
		header = append(header, e.c.Name)
	}
	for i := range examples {
		var row []string
		for _, e := range p.encode {
			row = append(row, e.cell(i, p.o.Table.Options.OnMissing == data.KeepMissing))
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		return nil, nil, err
	}
	plan, err := p.o.Table.Only()
	if err != nil {
		return nil, nil, err
	}
	o := &plan.Options
	o.Header, o.NoHeader, o.Names, o.Rename, o.SkipLines, o.Comment, o.Comma = true, false, nil, nil, 0, "", ','
	d, err := plan.Read(&text)
	if err != nil {
		return nil, nil, err
	}
	x, err := d.Rows("x")
	if err == nil {
		want = make([]float64, examples*x.Size())
		err = x.F64(want, upTo(examples))
	}
	return rows, want, err
}

// cell returns a cell of the column for row i. The last row has missing cells, if there may be some.
func (e encoding) cell(i int, missing bool) string {
	switch {
	case missing && i == examples-1:
		return ""
	case e.c.Kind == data.Boolean:
		yes, no := e.o.Truths()
		return [...]string{yes[0], no[0]}[i%2]
	case e.c.Kind == data.Time:
		layouts := e.o.Layouts()
		layout := layouts[2*i%4%len(layouts)]
		return time.Date(2001+i, 2, 3+i, 4, 5, 6, 0, time.UTC).Format(layout)
	case len(e.c.Categories) > 0:
		return e.c.Categories[i%len(e.c.Categories)]
	}
	return fmt.Sprint(float64(i+1) * 0.75)
}
