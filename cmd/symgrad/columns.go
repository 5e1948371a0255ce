package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// Limits of what is decided without being asked.
const (
	rowsLookedAt  = 100_000 // of a table
	mostTexts     = 50      // different texts of a column that becomes one-hot
	mostClasses   = 10      // different whole numbers that are taken for classes
	lookedAtBytes = 1 << 28
)

// tableColumn is what the first rows say of a column of a table.
type tableColumn struct {
	name    string
	rows    int            // cells that are not missing
	missing int            // cells that are
	numbers int            // cells that are numbers
	whole   bool           // all numbers are whole
	counts  bool           // row i has i, or i + 1
	dates   int            // cells that are dates
	texts   map[string]int // different texts, with how often they occur; nil for too many
}

// look returns the columns of a table, and the character between its cells unless comma says it.
func look(path string, o *data.CSVOptions) ([]tableColumn, error) {
	table, closeTable, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer closeTable()
	if table.isJSON() {
		return nil, errors.Errorf("%s: got JSON lines, want comma-separated values to train on", path)
	}
	in := bufio.NewReaderSize(io.LimitReader(table, lookedAtBytes), 1<<16)
	head, _ := in.Peek(1 << 14)
	if o.Comma == 0 {
		o.Comma = separatorOf(path, string(head))
	}
	o.DecimalComma = o.Comma != ',' && decimalComma.Match(head) && !decimalPoint.Match(head)
	r := csv.NewReader(in)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = o.Comma, true, -1, true
	var list []tableColumn
	for n := -1; n < rowsLookedAt; n++ {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errors.Wrap(err, path)
		}
		if n < 0 {
			for i, name := range cells {
				if o.NoHeader {
					name = fmt.Sprintf("c%d", i)
				}
				list = append(list, tableColumn{name: strings.Clone(strings.TrimPrefix(name, "\ufeff")), whole: true, counts: true, texts: map[string]int{}})
			}
			if !o.NoHeader {
				continue
			}
		}
		for i := range list {
			cell := ""
			if i < len(cells) {
				cell = strings.TrimSpace(cells[i])
			}
			list[i].add(n, cell, o.DecimalComma)
		}
	}
	if len(list) == 0 {
		return nil, errors.Errorf("%s: got an empty file, want a table", path)
	}
	return list, nil
}

// separatorOf returns the character that stands most often, and equally often, in the first lines.
func separatorOf(path, head string) rune {
	if strings.EqualFold(filepath.Ext(path), ".tsv") {
		return '\t'
	}
	lines := strings.Split(strings.TrimRight(head, "\r\n"), "\n")
	if len(lines) > 1 {
		lines = lines[:min(len(lines)-1, 20)] // the last may be cut
	}
	best, most := ',', 0
	for _, c := range ",;\t|" {
		n := strings.Count(lines[0], string(c))
		for _, line := range lines {
			if strings.Count(line, string(c)) < n { // a cell in quotes may have more
				n = 0
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// separatorName says what stands between the cells.
func separatorName(o data.CSVOptions) string {
	name := map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}[o.Comma]
	if name == "" {
		name = fmt.Sprintf("%q", o.Comma)
	}
	if o.DecimalComma {
		name += " (and commas in numbers)"
	}
	return name
}

// Numbers with a comma and with a point before the decimals.
var (
	decimalComma = regexp.MustCompile(`(?m)(^|[^0-9,.])[0-9]+,[0-9]+([^0-9,]|$)`)
	decimalPoint = regexp.MustCompile(`(?m)(^|[^0-9,.])[0-9]+\.[0-9]+([^0-9.]|$)`)
)

var missingTexts = []string{"", "NA", "N/A", "?", "null", "NULL", "NaN", "nan"}

// add looks at the cell of row n.
func (c *tableColumn) add(n int, cell string, decimalComma bool) {
	if slices.Contains(missingTexts, cell) {
		c.missing++
		c.counts = false
		return
	}
	c.rows++
	number := cell
	if decimalComma {
		number = strings.Replace(cell, ",", ".", 1)
	}
	if v, err := strconv.ParseFloat(number, 64); err == nil {
		c.numbers++
		i := int(v)
		c.whole = c.whole && v == float64(i)
		c.counts = c.counts && v == float64(i) && (i == n || i == n+1)
	} else {
		c.whole, c.counts = false, false
		if _, err := time.Parse(time.DateOnly, cell[:min(len(cell), len(time.DateOnly))]); err == nil {
			c.dates++
		}
	}
	if c.texts != nil {
		if c.texts[cell]++; c.texts[cell] == 1 && len(c.texts) > 1<<16 {
			c.texts = nil
		}
	}
}

// decided is how a table is read, and a sentence for each decision.
type decided struct {
	csv  data.CSVOptions
	said []string
}

func (d *decided) say(format string, args ...any) {
	d.said = append(d.said, fmt.Sprintf(format, args...))
}

// decide settles how the columns beside the target are read.
func (d *decided) decide(list []tableColumn, target string) error {
	d.csv.Columns = map[string]data.CSVColumn{}
	var numbers, oneHot []string
	for _, c := range list {
		kind, why := c.kind()
		switch {
		case c.name == target:
		case kind == data.LeftOut:
			d.csv.Drop = append(d.csv.Drop, c.name)
			d.say("Column %q is left out: %s.", c.name, why)
		case kind == data.OneHot:
			d.csv.Columns[c.name] = data.CSVColumn{Kind: data.OneHot}
			oneHot = append(oneHot, fmt.Sprintf("%s (%d)", c.name, len(c.texts)))
		case kind == data.Time:
			d.csv.Columns[c.name] = data.CSVColumn{Kind: data.Time}
			d.say("Column %q has dates, which become days since 1970.", c.name)
			numbers = append(numbers, c.name)
		default:
			numbers = append(numbers, c.name)
		}
	}
	if len(numbers)+len(oneHot) == 0 {
		return errors.Errorf("got no column that can be an input, want one beside the target %q", target)
	}
	if len(numbers) > 0 {
		d.say("Numbers: %s.", listed(numbers))
	}
	if len(oneHot) > 0 {
		d.say("Texts, with a column for each different one: %s.", listed(oneHot))
	}
	return nil
}

// kind says what the cells of an input become, and why they are left out.
func (c *tableColumn) kind() (data.ColumnKind, string) {
	switch {
	case c.rows == 0:
		return data.LeftOut, "all its cells are empty"
	case len(c.texts) == 1:
		return data.LeftOut, "all its cells are equal"
	case c.counts && c.rows > 2:
		return data.LeftOut, "it counts the rows"
	case 10*c.numbers >= 9*c.rows: // a single text among numbers is a mistake, which the reader names
		return data.Number, ""
	case c.dates == c.rows:
		return data.Time, ""
	case c.texts == nil:
		return data.LeftOut, fmt.Sprintf("it has more than %d different texts", 1<<16)
	case len(c.texts) > mostTexts:
		return data.LeftOut, fmt.Sprintf("it has %d different texts, and at most %d make columns", len(c.texts), mostTexts)
	case 2*len(c.texts) > c.rows && c.rows > 10:
		return data.LeftOut, fmt.Sprintf("it has %d different texts in %d rows", len(c.texts), c.rows)
	}
	return data.OneHot, ""
}

// listed joins names, but not hundreds of them.
func listed(names []string) string {
	const most = 12
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// count returns a number with a noun: "1 row", "2 rows".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprint(n, " ", noun, "s")
}
