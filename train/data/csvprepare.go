package data

import (
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// prepare makes the columns ready for cells.
func (t *csvTable) prepare() error {
	t.form = numberForm{point: '.', thousands: t.opts.Thousands, nonFinite: t.opts.AllowNonFinite}
	if t.opts.DecimalComma {
		t.form.point = ','
	}
	texts := t.opts.MissingTexts()
	t.missing = make(map[string]bool, len(texts)+1)
	for _, text := range append([]string{""}, texts...) { // an empty cell is no value
		t.missing[text] = true
		t.numbersMissing = t.numbersMissing || strings.ContainsAny(text, "0123456789")
	}
	t.quick = !t.numbersMissing && t.form.thousands == 0 && t.form.point == '.'
	for k := range t.fields {
		f := &t.fields[k]
		for _, c := range f.columns {
			if err := t.prepareColumn(f, c); err != nil {
				return errors.WithMessagef(err, "%s: column %q", t.who, c.name)
			}
			t.columns = append(t.columns, c)
		}
		f.layOut(t.newRows)
	}
	t.sortColumns()
	return nil
}

// sortColumns puts the columns in the order of the file.
func (t *csvTable) sortColumns() {
	slices.SortFunc(t.columns, func(a, b *csvColumn) int { return a.position - b.position })
}

func (t *csvTable) prepareColumn(f *csvField, c *csvColumn) error {
	c.field, c.name = f, t.names[c.position]
	settings, said := t.opts.Columns[c.name]
	if said {
		own := settings // memory for those columns alone that have settings: a table may be very wide
		c.Kind, c.settings = own.Kind, &own
	}
	switch {
	case f.labels && said:
		return mistake.Optionf("got Labels and settings in Columns, want one of them (Classes can fix the classes)")
	case f.labels:
		c.Kind, c.settings = Category, &CSVColumn{Categories: t.opts.Classes}
	case !said && t.opts.Text != Number:
		c.open = true
	}
	if f.integers && (c.Kind == OneHot || c.Kind == Time) {
		return mistake.Optionf("got the Kind %v in field %q of Integers, want Number, Category or Boolean", c.Kind, f.name)
	}
	c.quick = t.quick && c.Kind == Number && !c.open && !f.integers
	return c.begin()
}

// how returns how the column is read.
func (c *csvColumn) how() CSVColumn {
	var how CSVColumn
	if c.settings != nil {
		how = *c.settings
	}
	how.Kind = c.Kind
	return how
}

// begin makes what reads the cells of the column's kind.
func (c *csvColumn) begin() (err error) {
	switch how := c.how(); c.Kind {
	case Category, OneHot:
		if c.set, err = newLabelSet(how.Categories); err != nil {
			return err
		}
		c.set.labels, c.set.other, c.set.ignore = c.field.labels, how.Other, how.IgnoreUnknown
		if !c.field.labels {
			c.set.most = how.most()
		}
	case Boolean:
		c.truths, err = newTruths(how)
	case Time:
		c.clock = newClock(how)
	}
	return err
}
