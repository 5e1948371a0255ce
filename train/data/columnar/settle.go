package columnar

import (
	"cmp"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// errEnough ends a walk.
var errEnough = errors.New("enough")

// walk calls do with the rows of some columns, batch by batch, until it returns an error.
func (f *File) walk(t table, columns []string, do func(rows) error) error {
	number := 0
	for g := range f.groups {
		b, err := t.read(g, columns)
		if err != nil {
			return err
		}
		for err == nil {
			var r rows
			if r.rec, err = b.next(); err == nil {
				r.hi, r.number = int(r.rec.NumRows()), number
				number += r.hi
				err = do(r)
			}
		}
		b.close()
		if err != io.EOF {
			return err
		}
	}
	return nil
}

// settleSizes finds the lengths of lists in the first row, and then the shapes.
func (f *File) settleSizes(t table) error {
	var open []*column
	var names []string
	for i := range f.fields {
		for k := range f.fields[i].columns {
			if c := &f.fields[i].columns[k]; c.size < 0 {
				open, names = append(open, c), append(names, c.name)
			}
		}
	}
	if len(open) > 0 {
		err := f.walk(t, slices.Compact(slices.Sorted(slices.Values(names))), func(r rows) error {
			for _, c := range open {
				_, span := spans(r.column(c.name), *c)
				from, to := span(0)
				if c.size = to - from; c.size < 1 {
					return r.fail(data.ErrShape, c.name, 0, "got a list of %d elements, want one or more", c.size)
				}
			}
			return errEnough
		})
		if err != nil && err != errEnough {
			return err
		}
	}
	for i := range f.fields {
		if err := f.fields[i].checkShape(); err != nil {
			return err
		}
	}
	return nil
}

// settleClasses finds the classes of the labels that have none.
func (f *File) settleClasses(t table) error {
	var open []*field
	var names []string
	for i := range f.fields {
		if x := &f.fields[i]; x.Labels && x.Classes == nil {
			open, names = append(open, x), append(names, x.columns[0].name)
		}
	}
	if len(open) == 0 {
		return nil
	}
	err := f.walk(t, slices.Compact(slices.Sorted(slices.Values(names))), func(r rows) error {
		for _, x := range open {
			err := x.eachLabel(r, func(i int, text string) error {
				if _, known := x.numbers[text]; !known && len(x.numbers) == mostClasses {
					return r.fail(data.ErrLabel, x.columns[0].name, i, "got another new label, want at most %d different ones", mostClasses)
				} else if !known {
					x.numbers[strings.Clone(text)] = 0
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, x := range open {
		var names []string
		for name := range x.numbers {
			names = append(names, name)
		}
		if len(names) < 2 {
			return mistake.Newf(data.ErrLabel, "column %q: got only the label %s, want at least two classes to tell apart", x.columns[0].name, listed(names))
		}
		x.setClasses(ordered(names))
	}
	return nil
}

// ordered sorts names by value if all are finite numbers, and otherwise by their bytes.
func ordered(names []string) []string {
	value, finite := map[string]float64{}, true
	for _, name := range names {
		v, err := strconv.ParseFloat(name, 64)
		value[name], finite = v, finite && err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	slices.SortFunc(names, func(a, b string) int {
		if finite {
			return cmp.Or(cmp.Compare(value[a], value[b]), cmp.Compare(len(a), len(b)), strings.Compare(a, b))
		}
		return strings.Compare(a, b)
	})
	return names
}
