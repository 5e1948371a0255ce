package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file notes, before the first step, what the training set has no example of.

// unlearned returns the notes about categories of the inputs and classes of the target that
// no example of the training set has. Sources that are not in memory are asked for what a reader has
// counted. Classes that the notes of an evaluation name are not named again.
func (f *fitting) unlearned(evaluation []string) (notes []string) {
	switch given := f.given.(type) {
	case *data.Dataset:
		for _, field := range given.Fields() {
			if field.Name != f.o.Target {
				notes = append(notes, unlearnedIn(field)...)
			}
		}
	case interface{ Plan() *data.CSVPlan }:
		if plan := given.Plan(); plan != nil {
			notes = unlearnedBy(plan, f.o.Target)
		}
	}
	if len(notes) > notesMost {
		notes = append(notes[:notesMost], fmt.Sprintf("%d more columns have categories without an example", len(notes)-notesMost))
	}
	said := func(note string) bool { return strings.HasPrefix(note, noClass(f.o.Target)) }
	if slices.ContainsFunc(evaluation, said) {
		return notes
	}
	return append(notes, f.unlearnedClasses()...)
}

// unlearnedIn returns the notes about a field of the training set.
func unlearnedIn(f data.Field) (notes []string) {
	lists := f.Categories
	if lists == nil && f.ClassNames != nil && f.Size() == 1 {
		lists = [][]string{f.ClassNames}
	}
	for k, names := range lists {
		if names == nil {
			continue
		}
		seen := seenIn(f, k, len(names))
		if seen == nil {
			continue
		}
		where := fmt.Sprintf("field %q", f.Name)
		if f.Size() > 1 || len(f.Columns) > 0 {
			where += ", " + columnOf(f, k)
		}
		notes = append(notes, withoutExample(where, names, func(c int) bool { return seen[c] })...)
	}
	return append(notes, unlearnedOneHot(f)...)
}

// unlearnedOneHot returns the notes about the columns that a reader has made of the categories of
// others, and that are 0 in all examples.
func unlearnedOneHot(f data.Field) (notes []string) {
	if f.Integers() {
		return nil
	}
	for k := 0; k < len(f.Columns); {
		column, _, found := strings.Cut(f.Columns[k], "=")
		from := k
		for k++; found && k < len(f.Columns) && strings.HasPrefix(f.Columns[k], column+"="); k++ {
		}
		var names []string
		for _, name := range f.Columns[from:k] {
			names = append(names, strings.TrimPrefix(name, column+"="))
		}
		if len(names) < 2 {
			continue
		}
		zero := func(c int) bool {
			for i := range f.Len() {
				if f.At(i, from+c) != 0 {
					return false
				}
			}
			return true
		}
		notes = append(notes, withoutExample(fmt.Sprintf("field %q, column %q", f.Name, column), names, func(c int) bool { return !zero(c) })...)
	}
	return notes
}

// seenIn returns which of the indices below n element k of a field has; nil if all, or if it has
// others.
func seenIn(f data.Field, k, n int) []bool {
	seen, left := make([]bool, n), n
	for i := range f.Len() {
		v := f.At(i, k)
		if v != v { // a missing cell
			continue
		}
		c := int(v)
		if c < 0 || c >= n || float64(c) != v {
			return nil
		}
		if !seen[c] {
			seen[c] = true
			if left--; left == 0 {
				return nil
			}
		}
	}
	return seen
}

// unlearnedBy returns the notes by what a plan has counted.
func unlearnedBy(plan *data.CSVPlan, target string) (notes []string) {
	for _, c := range plan.Columns {
		if c.Field != target && len(c.Counts) == len(c.Categories) {
			where := fmt.Sprintf("field %q, column %q", c.Field, c.Name)
			notes = append(notes, withoutExample(where, c.Categories, func(k int) bool { return c.Counts[k] > 0 })...)
		}
	}
	return notes
}

// withoutExample returns the note about the categories that no example has.
func withoutExample(where string, names []string, has func(c int) bool) []string {
	var list []string
	for c, name := range names {
		if !has(c) {
			list = append(list, fmt.Sprintf("%q", mistake.Clip(name)))
		}
	}
	if list == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s: the training set has no example of the category %s: the model learns nothing about it", where, firstOf(list))}
}

// firstOf lists the first of the names.
func firstOf(list []string) string {
	if more := len(list) - notesMost; more > 0 {
		list = append(list[:notesMost:notesMost], fmt.Sprintf("%d more", more))
	}
	return strings.Join(list, ", ")
}

// unlearnedClasses returns the note about the classes that the model tells apart and of which there
// is no example, where an example has one label. Labels that seem to be counted from 1 are named.
func (f *fitting) unlearnedClasses() []string {
	has, classes := f.classesSeen()
	if has == nil {
		return nil
	}
	field, _ := f.from.set.Field(f.o.Target)
	var list []string
	last := 0
	for c := range classes {
		if has[c] {
			last = c
		} else {
			list = append(list, className(field, c))
		}
	}
	if list == nil {
		return nil
	}
	note := noClass(field.Name) + fmt.Sprintf(" %s, of the %d that the model tells apart: it learns nothing about them", firstOf(list), classes)
	if !has[0] && field.ClassNames == nil {
		note += fmt.Sprintf("; classes count from 0 and the labels end with %d: do they count from 1?", last)
	}
	return []string{note}
}

// classesSeen returns which classes of the target have an example, and how many the model tells
// apart; nil if that is not known, or an example has several labels.
func (f *fitting) classesSeen() (has []bool, classes int) {
	field, ok := f.from.set.Field(f.o.Target)
	if !ok || !field.Integers() || field.Size() != 1 {
		return nil, 0
	}
	s, err := f.Trainer.train.bind(f.from.set, training, f.pieceOf(min(f.o.BatchSize, f.from.set.Len())))
	if err != nil { // said elsewhere
		return nil, 0
	}
	for i := range s.feeds {
		if in := s.feeds[i]; in.name == field.Name && in.ints != nil {
			classes = in.labels.IndexRange()
		}
	}
	if classes < 2 {
		return nil, 0
	}
	if f.from.whole() {
		has = seenIn(field, 0, classes)
	} else if file, ok := f.given.(interface{ Plan() *data.CSVPlan }); ok {
		has = countedIn(file.Plan(), field.Name, classes)
	}
	if ignored, ok := s.ignored[field.Name]; ok && has != nil && ignored.Label >= 0 && ignored.Label < classes {
		has[ignored.Label] = true
	}
	return has, classes
}

// countedIn returns which classes a plan has counted an example of; nil if it does not say.
func countedIn(plan *data.CSVPlan, field string, classes int) (has []bool) {
	if plan == nil {
		return nil
	}
	for _, c := range plan.Columns {
		if c.Field == field && c.Counts != nil && len(c.Counts) <= classes {
			has = make([]bool, classes)
			for k, n := range c.Counts {
				has[k] = n > 0
			}
		}
	}
	return has
}
