package data

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// place is where a cell stands in a file.
type place struct {
	line, column int // from 1
	name         string
}

func (p place) fail(err error) error {
	return &CSVError{Line: p.line, Column: p.column, Name: clip(p.name), Err: err}
}

// labelSet numbers the texts of class labels in the order they are met.
type labelSet struct {
	fixed    bool
	numbers  map[string]int // by text
	names    []string
	labels   []int
	numeric  bool  // whether every name reads as a number
	doubtful error // the first name that is a number and may be no class
}

func newLabelSet(classes []string) (labelSet, error) {
	s := labelSet{fixed: classes != nil, numbers: map[string]int{}, numeric: true}
	for i, name := range classes {
		if _, twice := s.numbers[name]; twice {
			return s, mistake.Optionf("got the class %q twice, want it once", name)
		}
		if name == "" || name != trim([]byte(name)) {
			return s, mistake.Optionf("got the class %q, want a text without spaces around it, as cells have", name)
		}
		s.numbers[name] = i
	}
	s.names = slices.Clone(classes)
	return s, nil
}

// add takes over the label of a row.
func (s *labelSet) add(name string, at place, allowNonFinite bool) error {
	if !utf8.ValidString(name) {
		return mistake.Newf(ErrCSV, "got the label %q, want valid UTF-8", clip(name))
	}
	number, known := s.numbers[name]
	switch {
	case known:
	case s.fixed:
		return mistake.Newf(ErrLabel, "got the label %q, want one of the %d classes %s", clip(name), len(s.names), listNames(s.names))
	case len(s.names) == maxClasses:
		return mistake.Newf(ErrLabel, "got another new label, want at most %d different ones", maxClasses)
	default:
		number = len(s.names)
		s.numbers[name] = number
		s.names = append(s.names, name)
		s.doubt(name, at, allowNonFinite)
	}
	s.labels = append(s.labels, number)
	return nil
}

// doubt notes whether a new name is a number, and whether it then names a class.
func (s *labelSet) doubt(name string, at place, allowNonFinite bool) {
	if !s.numeric {
		return
	}
	v, err := parseNumber(name, allowNonFinite)
	switch {
	case err != nil && !errors.Is(err, ErrNotFinite):
		s.numeric = false
	case s.doubtful != nil:
	case err != nil:
		s.doubtful = at.fail(errors.WithMessage(err, "all labels read as numbers (Classes can fix them)"))
	case v != math.Trunc(v) && !math.IsNaN(v):
		s.doubtful = at.fail(mistake.Newf(ErrLabel, "got the label %s where all read as numbers, want integers; is the target a number to predict (no Labels) or a name (Classes)?", clip(name)))
	}
}

// mapped returns the labels numbered in the order of their names.
func (s *labelSet) mapped() (labels []int, names []string, err error) {
	if s.fixed {
		return s.labels, s.names, nil
	}
	if s.numeric && s.doubtful != nil {
		return nil, nil, s.doubtful
	}
	if len(s.names) < 2 {
		return nil, nil, mistake.Newf(ErrLabel, "got only the label %q, %d times, want at least two classes to tell apart", clip(s.names[0]), len(s.labels))
	}
	names = sortedLabels(s.names)
	place := make([]int, len(names))
	for i, name := range names {
		place[s.numbers[name]] = i
	}
	for i, old := range s.labels {
		s.labels[i] = place[old]
	}
	return s.labels, names, nil
}

// sortedLabels returns names by value if all are finite numbers, those of one
// value by length and text; otherwise by text.
func sortedLabels(names []string) []string {
	type label struct {
		name  string
		value float64
	}
	labels, finite := make([]label, len(names)), true
	for i, name := range names {
		v, err := parseNumber(name, false)
		labels[i], finite = label{name, v}, finite && err == nil
	}
	slices.SortFunc(labels, func(a, b label) int {
		if finite {
			return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(len(a.name), len(b.name)), strings.Compare(a.name, b.name))
		}
		return strings.Compare(a.name, b.name)
	})
	sorted := make([]string, len(labels))
	for i, l := range labels {
		sorted[i] = l.name
	}
	return sorted
}
