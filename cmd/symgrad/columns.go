package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// Limits of what is decided without being asked.
const (
	rowsLookedAt  = 100_000 // of a table
	mostTexts     = 50      // different texts of a column that becomes one-hot
	mostOneHot    = 256     // those of a column that -inputs names
	mostClasses   = 10      // different whole numbers that are taken for classes
	lookedAtBytes = 1 << 28
)

// tableColumn is what the first rows say of a column of a table.
type tableColumn struct {
	name    string
	rows    int // cells that are not missing
	numbers int // cells that are numbers
	badCell string
	badLine int            // of the first cell that is no number
	whole   bool           // all numbers are whole
	counts  bool           // row i has i, or i + 1
	steps   bool           // each cell is one more than the cell before
	from    int            // the first number
	dates   dates          // the forms of dates that all cells have
	sample  string         // a cell
	texts   map[string]int // different texts, with how often they occur; nil for too many
}

// look returns the columns of a table, and settles the character between its cells, the decimal comma and the
// names of columns without a header, unless o says them.
func look(ctx context.Context, path string, o *data.CSVOptions) ([]tableColumn, error) {
	table, closeTable, err := openTable(ctx, path)
	if err != nil {
		return nil, err
	}
	defer closeTable()
	if table.isJSON() {
		return nil, errors.Errorf("%s: got JSON, want comma-separated values to train on", path)
	}
	in := bufio.NewReaderSize(io.LimitReader(table, lookedAtBytes), 1<<16)
	head, _ := in.Peek(1 << 14)
	if o.Comma == 0 {
		o.Comma = separatorOf(path, string(head))
	}
	o.DecimalComma = o.Comma != ',' && decimalComma.Match(head) && !decimalPoint.Match(head)
	var from io.Reader = in
	if o.Comma == ' ' {
		from = newSpaced(in)
	}
	r := csv.NewReader(from)
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
					o.Names = append(o.Names, name)
				}
				name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
				list = append(list, tableColumn{name: strings.Clone(name), whole: true, counts: true, steps: true, texts: map[string]int{}})
			}
			if !o.NoHeader {
				continue
			}
		}
		for i := range list {
			if i < len(cells) {
				line, _ := r.FieldPos(i)
				list[i].add(n, line, strings.TrimSpace(strings.TrimPrefix(cells[i], "\ufeff")), o)
			} else {
				list[i].add(n, 0, "", o)
			}
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
	if most == 0 && spacesSeparate(lines) {
		return ' '
	}
	return best
}

// spacesSeparate says whether all lines have the same number of words, more than one.
func spacesSeparate(lines []string) bool {
	n := len(strings.Fields(lines[0]))
	return n > 1 && !slices.ContainsFunc(lines, func(line string) bool { return len(strings.Fields(line)) != n })
}

// separatorName says what stands between the cells.
func separatorName(o data.CSVOptions) string {
	name := map[rune]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars", ' ': "spaces"}[o.Comma]
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

// missingTexts are the texts of missing cells, beside those of -missing and the empty one.
var missingTexts = append(data.CSVOptions{}.MissingTexts(), "NaN", "nan")

// readNumber returns the number in a cell, as train/data reads it.
func readNumber(cell string, decimalComma bool) (float64, bool) {
	if decimalComma {
		if strings.Contains(cell, ".") {
			return 0, false
		}
		cell = strings.Replace(cell, ",", ".", 1)
	}
	if strings.Trim(cell, "0123456789+-.eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(cell, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// add looks at the cell of row n.
func (c *tableColumn) add(n, line int, cell string, o *data.CSVOptions) {
	if cell == "" || slices.Contains(o.Missing, cell) {
		c.counts = false
		return
	}
	if c.rows++; c.rows == 1 {
		c.sample = strings.Clone(cell)
	}
	if v, ok := readNumber(cell, o.DecimalComma); ok {
		c.numbers++
		i := int(v)
		c.whole = c.whole && v == float64(i)
		c.counts = c.counts && v == float64(i) && (i == n || i == n+1)
		if c.numbers == 1 {
			c.from = i
		}
		c.steps = c.steps && v == float64(c.from+c.rows-1)
	} else {
		if c.whole, c.counts, c.steps = false, false, false; c.badLine == 0 {
			c.badCell, c.badLine = strings.Clone(cell), line
		}
	}
	c.dates.add(cell, line)
	if c.texts != nil {
		if c.texts[cell]++; c.texts[cell] == 1 && len(c.texts) > 1<<16 {
			c.texts = nil
		}
	}
}

// listed joins names, but not hundreds of them.
func listed(names []string) string {
	const most = 12
	names = slices.Clone(names)
	for i, name := range names {
		if name == "" || strings.TrimSpace(name) != name || strings.Contains(name, ",") && !strings.HasPrefix(name, "\"") {
			names[i] = fmt.Sprintf("%q", name)
		}
	}
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
