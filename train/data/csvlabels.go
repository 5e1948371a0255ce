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
	return &CSVError{Line: p.line, Column: p.column, Name: mistake.Clip(p.name), Err: err}
}

// labelSet numbers the texts of a column of categories in the order they are met.
type labelSet struct {
	fixed    bool
	numbers  map[string]int // by text
	names    []string
	counts   []int
	other    string // the category of all texts that are none of names; "" for none
	others   int    // how many cells are in it
	ignore   bool   // a text that is none of fixed names is in no category
	most     int    // the most names, 0 for maxClasses
	labels   bool   // class labels, of which numbers are doubted
	numeric  bool   // whether every name reads as a number
	doubtful error  // the first name that is a number and may be no class
}

func newLabelSet(classes []string) (*labelSet, error) {
	s := &labelSet{fixed: classes != nil, numbers: map[string]int{}, numeric: true}
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
	s.counts = make([]int, len(classes))
	return s, nil
}

// otherNumber is the number of the category Other until mapped puts it last. A text in no category has
// it too.
const otherNumber = -1

// add returns the number of the category of a cell.
func (s *labelSet) add(cell []byte, at place, allowNonFinite bool) (int, error) {
	if number, known := s.numbers[string(cell)]; known {
		s.counts[number]++
		return number, nil
	}
	name := string(cell)
	switch {
	case !utf8.ValidString(name):
		return 0, mistake.Newf(ErrCSV, "got the text %q, want valid UTF-8", mistake.Clip(name))
	case s.other != "" && (s.fixed || name == s.other):
		s.others++
		return otherNumber, nil
	case s.fixed && s.ignore:
		return otherNumber, nil
	case s.fixed && s.labels:
		return 0, mistake.Newf(ErrLabel, "got the label %q, want one of the %d classes %s", mistake.Clip(name), len(s.names), mistake.Names(s.names))
	case s.fixed:
		return 0, mistake.Newf(ErrLabel, "got %q, want one of the %d categories %s; are unseen texts to have one (Other)?", mistake.Clip(name), len(s.names), mistake.Names(s.names))
	case s.most > 0 && s.width() >= s.most:
		return 0, mistake.Newf(ErrLabel, "got another new text %q, want at most %d different ones (MaxCategories); is the column to be left out?", mistake.Clip(name), s.most)
	case len(s.names) == maxClasses:
		return 0, mistake.Newf(ErrLabel, "got another new label, want at most %d different ones", maxClasses)
	}
	number := len(s.names)
	s.numbers[name] = number
	s.names = append(s.names, name)
	s.counts = append(s.counts, 1)
	if s.labels {
		s.doubt(name, at, allowNonFinite)
	}
	return number, nil
}

// begins returns a category that begins with name, if name is none that other cells have or that was
// given; "" for none.
func (s *labelSet) begins(name string) string {
	number, known := s.numbers[name]
	if known && (s.fixed || s.counts[number] > 1) || name == "" || name == s.other {
		return ""
	}
	for _, whole := range s.names {
		if len(whole) > len(name) && strings.HasPrefix(whole, name) {
			return whole
		}
	}
	return ""
}

// width is the number of categories, Other included.
func (s *labelSet) width() int {
	if s.other != "" {
		return len(s.names) + 1
	}
	return len(s.names)
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
		s.doubtful = at.fail(mistake.Newf(ErrLabel, "got the label %s where all read as numbers, want integers; is the target a number to predict (no Labels) or a name (Classes)?", mistake.Clip(name)))
	}
}

// settle puts the categories in their order. It returns the place of each number in
// that order; Other, behind them all, is not in it.
func (s *labelSet) settle() (place []int, err error) {
	if s.labels && !s.fixed {
		if s.numeric && s.doubtful != nil {
			return nil, s.doubtful
		}
		if len(s.names) == 1 {
			return nil, mistake.Newf(ErrLabel, "got only the label %q, %d times, want at least two classes to tell apart", mistake.Clip(s.names[0]), s.counts[0])
		}
	}
	place = make([]int, len(s.names))
	if s.fixed {
		for i := range place {
			place[i] = i
		}
		return place, nil
	}
	names, counts := sortedLabels(s.names), make([]int, len(s.names))
	for i, name := range names {
		old := s.numbers[name]
		place[old], counts[i] = i, s.counts[old]
	}
	s.names, s.counts = names, counts
	return place, nil
}

// all returns the names of the categories, Other included.
func (s *labelSet) all() []string {
	if s.other == "" {
		return s.names
	}
	return append(slices.Clone(s.names), s.other)
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
