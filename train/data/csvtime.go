package data

import (
	"strings"
	"time"

	"github.com/symgrad/symgrad/internal/mistake"
)

// isoLayouts are the forms of ISO 8601 that a Time column takes by default.
var isoLayouts = []string{
	"2006-01-02",
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04Z07:00", "2006-01-02 15:04",
}

// hasYear says whether a layout has a year.
func hasYear(layout string) bool { return strings.Contains(layout, "06") }

// hasElement says whether a layout shows anything of a time.
func hasElement(layout string) bool {
	a := time.Date(2001, 3, 4, 5, 6, 7, 800_000_000, time.UTC)
	b := time.Date(2012, 11, 23, 20, 31, 42, 900_000_000, time.UTC)
	return a.Format(layout) != b.Format(layout)
}

// clock reads the cells of a Time column.
type clock struct {
	layouts []string
	epoch   time.Time
	unit    TimeUnit
}

func newClock(c CSVColumn) *clock {
	return &clock{layouts: c.Layouts(), epoch: c.Start(), unit: c.Unit}
}

// Start returns the time that the numbers of a Time column count from: Epoch, by default the
// beginning of 1970, and the beginning of the year 0 for a Layout without a year.
func (c CSVColumn) Start() time.Time {
	switch {
	case c.Layout != "" && !hasYear(c.Layout):
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	case c.Epoch.IsZero():
		return time.Unix(0, 0).UTC()
	}
	return c.Epoch
}

// Layouts returns the forms that the cells of a Time column may have, as package time writes
// them: Layout, by default the forms of ISO 8601. The slice must not be changed.
func (c CSVColumn) Layouts() []string {
	if c.Layout != "" {
		return []string{c.Layout}
	}
	return isoLayouts
}

// read returns the time in a cell. The form that fitted the cell before is tried first.
func (k *clock) read(cell string) (float64, error) {
	for i, layout := range k.layouts {
		t, err := time.Parse(layout, cell)
		if err != nil {
			continue
		}
		if i > 0 {
			k.layouts = append([]string{layout}, without(k.layouts, i)...)
		}
		seconds, rest := t.Unix()-k.epoch.Unix(), float64(t.Nanosecond()-k.epoch.Nanosecond())/1e9
		if k.unit == Seconds {
			return float64(seconds) + rest, nil
		}
		days := seconds / 86400
		return float64(days) + (float64(seconds-days*86400)+rest)/86400, nil
	}
	if len(k.layouts) == 1 {
		return 0, mistake.Newf(ErrCSV, "got %q, want a time of the Layout %q", mistake.Clip(cell), k.layouts[0])
	}
	return 0, mistake.Newf(ErrCSV, "got %q, want a date as 2006-01-02, with or without a time of day (Layout)", mistake.Clip(cell))
}

// without returns list without element i, as a new list.
func without(list []string, i int) []string {
	return append(append([]string{}, list[:i]...), list[i+1:]...)
}
