package data

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
)

// trim returns a cell without the spaces and tabs around it.
func trim(cell []byte) string { return string(bytes.Trim(cell, " \t")) }

// clip shortens a text for an error message.
func clip(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

// listNames prints the first of the column names.
func listNames(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%q and %d more", names[:most], len(names)-most)
	}
	return fmt.Sprintf("%q", names)
}

// parseNumber reads a decimal number. What strconv accepts beyond that, such as
// hexadecimal digits and underscores, is refused.
func parseNumber(cell string, allowNonFinite bool) (float64, error) {
	if strings.Trim(cell, "0123456789+-.eE") == "" {
		v, err := strconv.ParseFloat(cell, 64)
		switch {
		case err == nil:
			return v, nil
		case errors.Is(err, strconv.ErrRange):
			return 0, errors.Wrapf(ErrNotFinite, "%s is beyond the range of float64", clip(cell))
		}
		return 0, errors.Wrapf(ErrCSV, "%q is not a number", clip(cell))
	}
	switch strings.ToLower(strings.TrimLeft(cell, "+-")) {
	case "nan", "inf", "infinity":
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return 0, errors.Wrapf(ErrCSV, "%q is not a number", clip(cell))
		}
		if !allowNonFinite {
			return 0, errors.Wrapf(ErrNotFinite, "%q; remove the row or set AllowNonFinite", cell)
		}
		return v, nil
	}
	hint := ""
	if strings.Trim(cell, "0123456789+-.eE,") == "" {
		hint = "; a decimal point is '.'"
	}
	return 0, errors.Wrapf(ErrCSV, "%q is not a number%s", clip(cell), hint)
}

// labelSet numbers class labels in the order they are met.
type labelSet struct {
	fixed    bool
	numbers  map[string]int
	names    []string
	labels   []int
	integers bool // whether all names are integers
}

func newLabelSet(classes []string) (labelSet, error) {
	s := labelSet{fixed: classes != nil, numbers: map[string]int{}, integers: true}
	for i, name := range classes {
		if _, twice := s.numbers[name]; twice {
			return s, errors.Wrapf(ErrOption, "data: the class %q is given twice", name)
		}
		s.numbers[name] = i
	}
	s.names = slices.Clone(classes)
	return s, nil
}

// add takes over one label. An integer has one spelling: 1.0 and +1 are 1.
func (s *labelSet) add(cell string) error {
	name, isInteger, err := canonical(cell)
	if err != nil {
		return err
	}
	number, known := s.numbers[name]
	switch {
	case known:
	case s.fixed:
		return errors.Wrapf(ErrLabel, "%q is none of the %d classes %s", clip(name), len(s.names), listNames(s.names))
	case len(s.names) == maxClasses:
		return errors.Wrapf(ErrLabel, "more than %d different labels", maxClasses)
	default:
		number = len(s.names)
		s.numbers[name] = number
		s.names = append(s.names, name)
		s.integers = s.integers && isInteger
	}
	s.labels = append(s.labels, number)
	return nil
}

// canonical returns the text of a label and whether it is an integer.
func canonical(cell string) (name string, isInteger bool, err error) {
	if !utf8.ValidString(cell) {
		return "", false, errors.Wrapf(ErrCSV, "%q is not valid UTF-8", clip(cell))
	}
	v, err := parseNumber(cell, false)
	switch {
	case errors.Is(err, ErrNotFinite):
		return "", false, err
	case err != nil:
		return cell, false, nil
	case v != math.Trunc(v):
		return "", false, errors.Wrapf(ErrLabel, "the class label %s is not an integer; is the target a number to predict (no Labels)?", clip(cell))
	case math.Abs(v) >= exact64:
		return "", false, errors.Wrapf(ErrLabel, "the class label %s is beyond 2^53", clip(cell))
	}
	return strconv.FormatInt(int64(v), 10), true, nil
}

// mapped returns the labels numbered in the order of their names.
func (s *labelSet) mapped() (labels []int, names []string, err error) {
	if s.fixed {
		return s.labels, s.names, nil
	}
	if len(s.names) < 2 {
		return nil, nil, errors.Wrapf(ErrLabel, "all %d labels are %q; telling classes apart takes two", len(s.labels), clip(s.names[0]))
	}
	names = slices.Clone(s.names)
	slices.SortFunc(names, func(a, b string) int {
		if s.integers {
			return cmp.Compare(integerOf(a), integerOf(b))
		}
		return strings.Compare(a, b)
	})
	place := make([]int, len(names))
	for i, name := range names {
		place[s.numbers[name]] = i
	}
	for i, old := range s.labels {
		s.labels[i] = place[old]
	}
	return s.labels, names, nil
}

// integerOf returns the value of a name that canonical made of an integer, which
// is known to parse.
func integerOf(name string) int64 {
	v, _ := strconv.ParseInt(name, 10, 64)
	return v
}
