package data

import "slices"

// Unknown counts the rows of d, which the plan has read, whose text is in no category: by the
// columns with IgnoreUnknown, without those that have no such row. Call it before a Recipe.
func (p *CSVPlan) Unknown(d *Dataset) map[string]int {
	if p == nil || d == nil {
		return nil
	}
	var out map[string]int
	for _, c := range p.Columns {
		if c.Kind != OneHot || len(c.Categories) == 0 || !p.Options.Columns[c.Name].IgnoreUnknown {
			continue
		}
		f, ok := d.Field(c.Field)
		at := slices.Index(f.Columns, c.Name+"="+c.Categories[0])
		if !ok || at < 0 {
			continue
		}
		if n := zeroRows(f, at, at+len(c.Categories)); n > 0 {
			if out == nil {
				out = map[string]int{}
			}
			out[c.Name] = n
		}
	}
	return out
}

// zeroRows counts the rows of f that are 0 from one element to another.
func zeroRows(f Field, from, to int) (n int) {
	for i := range f.Len() {
		k := from
		for k < to && f.At(i, k) == 0 {
			k++
		}
		if k == to {
			n++
		}
	}
	return n
}
