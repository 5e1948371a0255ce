package graph

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/enum"
)

// Domain is the set of numbers that a loss accepts as targets: the numbers that meet all its
// conditions. The zero value has no condition and contains every number. All other Domains
// exclude NaN.
//
// A loss notes its domain on the input that its targets are read from. Input.Set and
// Input.Bind check what they are given. A trainer checks a data set once, before the
// first step; its steps check nothing.
type Domain uint8

// The conditions of a Domain.
const (
	NotNegative  Domain = 1 << iota // ≥ 0: counts, or weights that need not add up to 1
	UnitInterval                    // in [0, 1]: probabilities, labels that are 0 or 1
	Signs                           // −1 or 1
)

var domainNames = []string{"at least 0", "in [0, 1]", "-1 or 1"}

// Takes reports whether v is in the domain.
func (d Domain) Takes(v float64) bool {
	return (d&NotNegative == 0 || v >= 0) && (d&UnitInterval == 0 || v >= 0 && v <= 1) && (d&Signs == 0 || v == -1 || v == 1)
}

// String returns the conditions, such as "in [0, 1]".
func (d Domain) String() string {
	var all []string
	for i, name := range domainNames {
		if d&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "any number"
	}
	return strings.Join(all, " and ")
}

// domainTexts are the texts of all domains.
var domainTexts = func() (all []string) {
	for d := range Domain(1 << len(domainNames)) {
		all = append(all, d.String())
	}
	return all
}()

// MarshalText returns what String returns. Errors: ErrOption for an unknown condition.
func (d Domain) MarshalText() ([]byte, error) { return enum.Text("domain", domainTexts, int(d)) }

// UnmarshalText sets d to the domain that String writes so. Errors: ErrOption for another
// text.
func (d *Domain) UnmarshalText(text []byte) error { return enum.Read(d, "domain", domainTexts, text) }

// TargetError reports a target outside of the Domain of the loss. Find it with errors.As.
// errors.Is finds ErrTarget.
type TargetError struct {
	Input   string // the input or constant
	Row     int    // index on the first axis, from 0
	Element int    // index within the row, from 0
	Value   float64
	Want    Domain
}

// Error returns one line with all fields.
func (e *TargetError) Error() string {
	return fmt.Sprintf("targets %q: got %v at row %d, element %d, want %v", e.Input, e.Value, e.Row, e.Element, e.Want)
}

// Unwrap returns ErrTarget.
func (e *TargetError) Unwrap() error { return ErrTarget }

// Check returns a *TargetError about the first element of v outside of d, or nil. The name and
// the shape are those of the targets.
func (d Domain) Check(name string, shape []int, v []float64) error {
	return firstOutside(d, name, shape, v)
}

// firstOutside is Check for any type of elements.
func firstOutside[T Element](d Domain, name string, shape []int, v []T) error {
	if d == 0 {
		return nil
	}
	row := len(v)
	if len(shape) > 0 && shape[0] > 0 {
		row = len(v) / shape[0]
	}
	for i, x := range v {
		if !d.Takes(float64(x)) {
			return &TargetError{Input: name, Row: i / row, Element: i % row, Value: float64(x), Want: d}
		}
	}
	return nil
}
