package report

import (
	"math"
	"time"

	"github.com/symgrad/symgrad/train/data"
)

// missing stands for a cell without a value.
const missing = "missing"

// tableCells are the columns of a table by the names of the elements that they have become.
type tableCells struct {
	plan *data.CSVPlan
	of   map[string]data.CSVReport
}

// newTableCells takes nil too, for no table.
func newTableCells(plan *data.CSVPlan) tableCells {
	t := tableCells{plan: plan, of: map[string]data.CSVReport{}}
	if plan == nil {
		return t
	}
	for _, c := range plan.Columns {
		if c.Kind != data.OneHot {
			t.of[c.Name] = c
		}
		for _, category := range c.Categories {
			if c.Kind == data.OneHot {
				t.of[c.Name+"="+category] = c
			}
		}
	}
	return t
}

// cells returns the names and the values of a field as they stand in the table: a category, a date,
// a cell that is missing.
func (t tableCells) cells(f data.Field, values []float64) (out []fact) {
	for i := 0; i < len(values); i++ {
		c, ok := data.CSVReport{}, false
		if i < len(f.Columns) {
			c, ok = t.of[f.Columns[i]]
		}
		switch {
		case !ok:
			out = append(out, fact{cellName(f, i, len(values)), cellText(f, values[i])})
		case c.Kind == data.OneHot:
			n := min(len(c.Categories), len(values)-i)
			out = append(out, fact{shortened(c.Name, 60), hotText(c, values[i:i+n])})
			i += n - 1
		default:
			out = append(out, fact{shortened(c.Name, 60), t.text(c, f, values[i])})
		}
	}
	return out
}

// hotText returns the category whose element is 1.
func hotText(c data.CSVReport, values []float64) string {
	for i, v := range values {
		if v == 1 {
			return shortened(c.Categories[i], 60)
		}
		if math.IsNaN(v) {
			return missing
		}
	}
	return "none of the categories"
}

// text returns the cell of a column that is one element.
func (t tableCells) text(c data.CSVReport, f data.Field, v float64) string {
	o := t.plan.Options.Columns[c.Name]
	switch {
	case math.IsNaN(v):
		return missing
	case c.Kind == data.Category && v >= 0 && v < float64(len(c.Categories)):
		return shortened(c.Categories[int(v)], 60)
	case c.Kind == data.Boolean:
		texts := map[bool][]string{true: o.True, false: o.False}[v != 0]
		if len(texts) == 0 {
			return map[bool]string{true: "true", false: "false"}[v != 0]
		}
		return shortened(texts[0], 60)
	case c.Kind == data.Time && math.Abs(v) < 1e12:
		return timeText(o, v)
	}
	return cellText(f, v)
}

// timeText returns the time that is v units after the epoch of its column.
func timeText(c data.CSVColumn, v float64) string {
	if c.Unit == data.Days {
		v *= 86400
	}
	epoch := c.Start()
	whole, rest := math.Modf(v)
	at := time.Unix(epoch.Unix()+int64(whole), int64(epoch.Nanosecond())+int64(rest*1e9)).UTC().Round(time.Millisecond)
	switch {
	case c.Layout != "":
		return at.Format(c.Layout)
	case at.Equal(at.Truncate(24 * time.Hour)):
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02 15:04:05")
}
