package main

import (
	"slices"
	"strings"
	"time"
)

// A form of dates, as package time writes it, and in words. The empty layout is ISO 8601, which train/data
// reads without one.
type dateForm struct {
	layout, words string
	twin          string // the form with day and month exchanged, which some dates have too
}

var dateForms = allDateForms()

// allDateForms returns the forms with and without a time of day.
func allDateForms() []dateForm {
	out := []dateForm{{"", "year-month-day", ""}}
	for _, f := range []dateForm{
		{"2.1.2006", "day.month.year", ""},
		{"2.1.06", "day.month.year", ""},
		{"2006/1/2", "year/month/day", ""},
		{"2006.1.2", "year.month.day", ""},
		{"2/1/2006", "day/month/year", "1/2/2006"},
		{"1/2/2006", "month/day/year", "2/1/2006"},
		{"2/1/06", "day/month/year", "1/2/06"},
		{"1/2/06", "month/day/year", "2/1/06"},
		{"2-1-2006", "day-month-year", "1-2-2006"},
		{"1-2-2006", "month-day-year", "2-1-2006"},
		{"2 Jan 2006", "day month year", ""},
		{"2-Jan-2006", "day-month-year", ""},
		{"Jan 2, 2006", "month day, year", ""},
	} {
		for _, clock := range []string{"", " 15:04", " 15:04:05"} {
			g := f
			g.layout += clock
			if g.twin != "" {
				g.twin += clock
			}
			if clock != "" {
				g.words += " and a time of day"
			}
			out = append(out, g)
		}
	}
	return out
}

// fits says whether a cell has the form.
func (f dateForm) fits(cell string) bool {
	if f.layout == "" {
		const n = len(time.DateOnly)
		_, err := time.Parse(time.DateOnly, cell[:min(len(cell), n)])
		return err == nil && (len(cell) == n || cell[n] == 'T' || cell[n] == ' ')
	}
	_, err := time.Parse(f.layout, cell)
	return err == nil
}

// dates are the forms that the dates of a column have so far.
type dates struct {
	forms   []dateForm
	good    int // cells that are dates
	bad     int // cells that are none
	badCell string
	badLine int // of the first of these
}

// mostBad is the number of cells without a date after which no more are looked for.
const mostBad = 100

// add looks at a cell.
func (d *dates) add(cell string, line int) {
	if d.good+d.bad == 0 {
		d.forms = dateForms
	}
	if d.bad > mostBad+d.good {
		return
	}
	var left []dateForm
	if mayBeDate(cell) {
		left = slices.DeleteFunc(slices.Clone(d.forms), func(f dateForm) bool { return !f.fits(cell) })
	}
	if len(left) > 0 {
		d.forms, d.good = left, d.good+1
		return
	}
	if d.bad++; d.bad == 1 {
		d.badCell, d.badLine = strings.Clone(cell), line
	}
}

// form returns the form of the dates. It is not clear for 01/02/2024 where no date says whether the day or the
// month is first; dayFirst says it then.
func (d *dates) form(dayFirst bool) (f dateForm, clear bool) {
	f = d.forms[0]
	if slices.ContainsFunc(d.forms, func(g dateForm) bool { return f.twin != "" && g.layout == f.twin }) {
		return f, dayFirst // forms with the day first come first
	}
	return f, true
}

// are says whether all cells are dates.
func (d *dates) are() bool { return d.good > 0 && d.bad == 0 }

// mostly says whether most cells are dates, but not all.
func (d *dates) mostly() bool { return d.bad > 0 && d.good >= 4*d.bad }

// mayBeDate says quickly whether a cell may be a date.
func mayBeDate(cell string) bool {
	return len(cell) >= 6 && len(cell) <= 35 && strings.ContainsAny(cell, "./- ") && strings.ContainsAny(cell, "0123456789")
}
