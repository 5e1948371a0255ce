package train

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// notesMost is the number of classes that a note lists.
const notesMost = 5

// compareSets returns an error if d means something else than the data set that was
// trained on (nil for none): classes of a field have other names, or its columns or axes have
// another order.
func compareSets(trained, d *data.Dataset) error {
	if trained == nil || trained == d {
		return nil
	}
	for _, f := range d.Fields() {
		if g, ok := trained.Field(f.Name); ok {
			if err := sameMeaning(g, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// notesOn returns the notes about the evaluation of d by a Trainer that has trained on
// the other data set: classes of the target without an example there. s is bound to d.
func (s *session) notesOn(trained, d *data.Dataset, target string) []string {
	if trained == nil || trained == d {
		return nil
	}
	f, ok := d.Field(target)
	g, same := trained.Field(target)
	if !ok || !same {
		return nil
	}
	known, here := classesIn(g, s.endsIn(trained, target)), classesIn(f, s.endsIn(d, target))
	if known == nil || here == nil {
		return nil
	}
	if label, ok := s.ignored[target]; ok {
		delete(here, label.Label)
	}
	return unseen(f, known, here)
}

// oneClass returns an error if the labels of the target that count are all of one class: a model
// learns nothing from them but to say it always. Examples that are not in memory are not looked at.
func (t *Trainer) oneClass(from supply) error {
	d := from.set
	f, ok := d.Field(t.o.Target)
	if !ok || f.Classes == 0 || !from.whole() {
		return nil
	}
	s, err := t.train.bind(d, training, t.pieceOf(min(t.o.BatchSize, t.o.Sampling.examples(from.src))))
	if err != nil {
		return err
	}
	e, only := s.endsIn(d, f.Name), -1
	ignored, ignores := s.ignored[f.Name]
	for i := range f.Len() {
		for k := range f.Size() {
			switch c := int(f.At(i, k)); {
			case !e.counts(i, k), ignores && c == ignored.Label, c == only:
			case only < 0:
				only = c
			default:
				return nil
			}
		}
	}
	if only < 0 || d.Len() == 1 { // nothing counts, which has an error of its own, or no two can
		return nil
	}
	return mistake.Newf(data.ErrLabel, "field %q: got no labels but those of class %s in the training set, want at least two classes to tell apart", f.Name, className(f, only))
}

// sameMeaning returns an error if a field of the training set and the one of the same
// name in another data set differ in their axes, classes or columns.
func sameMeaning(trained, f data.Field) error {
	if why := mistake.Axes(f.Shape, trained.Shape); why != "" && size(f.Shape) == size(trained.Shape) {
		return mistake.Shapef("field %q: %s; that is the shape of the training set", f.Name, why)
	}
	if len(trained.ClassNames) > 0 && len(f.ClassNames) > 0 {
		n := min(len(trained.ClassNames), len(f.ClassNames))
		if !slices.Equal(trained.ClassNames[:n], f.ClassNames[:n]) {
			return mistake.Newf(data.ErrLabel, "field %q: got the classes %q, want those of the training set, %q, in their order (CSVOptions.Classes)",
				f.Name, f.ClassNames, trained.ClassNames)
		}
	}
	if k, why := mistake.Categories(f.Categories, trained.Categories); why != "" {
		return mistake.Newf(data.ErrLabel, "field %q: %s: %s; read the table with the plan of the training set (data.CSVPlan.Read)", f.Name, columnOf(f, k), why)
	}
	return sameColumns(trained, f)
}

// sameColumns returns an error if the columns of a field have other names than in the training set, or
// another order. A column alone may have any name, and so may a table that shares no name with it: there
// all are renamed.
func sameColumns(trained, f data.Field) error {
	a, b := trained.Columns, f.Columns
	if len(a) != len(b) || len(a) < 2 || slices.Equal(a, b) {
		return nil
	}
	if slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))) {
		return mistake.Newf(data.ErrField, "field %q: got the columns %q, want the order of the training set, %q", f.Name, b, a)
	}
	known := map[string]bool{}
	for _, name := range a {
		known[beforeCategory(name)] = true
	}
	if !slices.ContainsFunc(b, func(name string) bool { return known[beforeCategory(name)] }) {
		return nil
	}
	k := 0
	for a[k] == b[k] {
		k++
	}
	return mistake.Newf(data.ErrField, "field %q: got the column %q at index %d, want %q as in the training set; the plan of that reads a table in the same way (data.CSVPlan.Read)", f.Name, b[k], k, a[k])
}

// beforeCategory returns the column of which one-hot encoding has made one: kind of kind=bee.
func beforeCategory(name string) string {
	before, _, _ := strings.Cut(name, "=")
	return before
}

// rowIn returns the number of a row and where it comes from.
func rowIn(f data.Field, row int) string {
	return fmt.Sprintf("row %d%s", row, f.Origin(row).Words(row))
}

// columnOf returns the number and the name of a column.
func columnOf(f data.Field, k int) string {
	if k < len(f.Columns) {
		return fmt.Sprintf("column %d (%q)", k, f.Columns[k])
	}
	return fmt.Sprintf("column %d", k)
}

// unseen returns the note about the classes of f that have labels here, but none in
// known.
func unseen(f data.Field, known, here map[int]int) []string {
	var list []string
	examples := 0
	for _, c := range slices.Sorted(maps.Keys(here)) {
		if known[c] > 0 {
			continue
		}
		examples += here[c]
		list = append(list, className(f, c))
	}
	if len(list) == 0 {
		return nil
	}
	return []string{noClass(f.Name) + fmt.Sprintf(" %s, which %d labels of the evaluated set are: nothing was learned about them", firstOf(list), examples)}
}

// noClass is what notes about classes without an example begin with.
func noClass(field string) string {
	return fmt.Sprintf("field %q: the training set has no example of class", field)
}

// classesIn returns the number of labels of f that count in each class; nil if f does not
// hold labels: integers, or numbers that are 0 or 1, for one output.
func classesIn(f data.Field, e *ends) map[int]int {
	if !f.Integers() {
		_, _, _, found := e.find(f, func(v float64) bool { return v != 0 && v != 1 })
		if found || f.Size() != 1 {
			return nil
		}
	}
	out := map[int]int{}
	for i := range f.Len() {
		for k := range f.Size() {
			if e.counts(i, k) {
				out[int(f.At(i, k))]++
			}
		}
	}
	return out
}

// className returns the class c with its name.
func className(f data.Field, c int) string {
	if c >= 0 && c < len(f.ClassNames) {
		return fmt.Sprintf("%d (%q)", c, f.ClassNames[c])
	}
	return fmt.Sprint(c)
}
