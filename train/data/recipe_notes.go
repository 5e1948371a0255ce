package data

import (
	"fmt"
	"strings"
)

// mostNoted is the number of columns that a note names.
const mostNoted = 5

// Notes returns what the data that r was fitted to could not teach: the columns that are constant
// there, which a Scaler or a MinMax makes 0. It is nil for a recipe that has not been fitted.
func (r Recipe) Notes() (notes []string) {
	if r.Validate() != nil {
		return nil
	}
	fields := make([]Field, len(r.Fields))
	for i, f := range r.Fields {
		fields[i] = f.Field()
	}
	for i, s := range r.Steps {
		c, ok := s.(interface{ constant() []int })
		if !ok || len(c.constant()) == 0 {
			continue
		}
		made, err := (Recipe{Steps: r.Steps[:i]}).Describe(fields)
		if err != nil { // Apply says so
			return notes
		}
		for _, f := range made {
			if f.Name == s.reads()[0] {
				notes = append(notes, constantNote(f, c.constant()))
			}
		}
	}
	return notes
}

// constantNote is the note about columns of f.
func constantNote(f Field, columns []int) string {
	var names []string
	for i, c := range columns {
		if i == mostNoted {
			names = append(names, fmt.Sprintf("%d more", len(columns)-i))
			break
		}
		names = append(names, columnName(f, c))
	}
	list, verb := names[0], "is"
	if last := len(names) - 1; last > 0 {
		list, verb = strings.Join(names[:last], ", ")+" and "+names[last], "are"
	}
	return fmt.Sprintf("field %q: %s %s constant in the training set, so that nothing can be learned from it", f.Name, list, verb)
}

// columnName returns the number of a column, and its name if it has one.
func columnName(f Field, c int) string {
	if c >= 0 && c < len(f.Columns) {
		return fmt.Sprintf("column %d (%q)", c, f.Columns[c])
	}
	return fmt.Sprintf("column %d", c)
}

func (s *Scaler) constant() []int { return s.Constant }

func (m *MinMax) constant() (out []int) {
	for c := range m.Min {
		if isConstant(m.Min[c], m.Max[c]) {
			out = append(out, c)
		}
	}
	return out
}
