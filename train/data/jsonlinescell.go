package data

import (
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
)

// jsonKind is what a value is.
type jsonKind uint8

const (
	jsonMissing jsonKind = iota // a null, or none
	jsonNumber
	jsonBool
	jsonText
	jsonArray
)

// String returns the kind in words.
func (k jsonKind) String() string {
	return []string{"a missing value", "a number", "a truth value", "a text", "an array"}[k]
}

const (
	// maxJSONDepth is how deep values may be that are left out.
	maxJSONDepth = 64
	// maxJSONRank is the most axes of an array.
	maxJSONRank = 16
)

// jsonCell is the value of a key in a line. Its memory is used again for each line.
type jsonCell struct {
	kind    jsonKind
	text    []byte // of a number, a truth value or a text, valid as long as the line
	numbers []float64
	shape   []int
	missing bool // a number of the array is null
}

// gone says whether the cell is missing, or a part of it.
func (c *jsonCell) gone() bool {
	return c.kind == jsonMissing || c.kind == jsonArray && c.missing
}

// readCell reads a value.
func (t *jsonTable) readCell(c *jsonCell) (err error) {
	s := &t.scan
	switch next := s.Next(); {
	case next == '"':
		c.kind = jsonText
		c.text, err = s.Text()
	case next == '[':
		c.kind, c.numbers, c.shape, c.missing = jsonArray, c.numbers[:0], c.shape[:0], false
		err = t.axis(c, 0)
	case next == '{':
		err = s.Errorf("got an object, want a number, a text, a truth value, null or an array of numbers (Drop leaves a key out)")
	case next == 0:
		err = s.Errorf("got the end of the line, want a value")
	case s.Literal("null"):
		c.kind = jsonMissing
	case s.Literal("true"):
		c.kind, c.text = jsonBool, []byte("true")
	case s.Literal("false"):
		c.kind, c.text = jsonBool, []byte("false")
	default:
		c.kind = jsonNumber
		if c.text, err = s.Number(); err == nil && t.isNaN(c.text) {
			c.kind = jsonMissing
		}
	}
	return err
}

// isNaN says whether a number is NaN where that is a missing cell.
func (t *jsonTable) isNaN(text []byte) bool {
	return t.opts.OnMissing != RefuseMissing && string(text) == "NaN"
}

// axis reads an array whose elements lie on an axis, and the arrays in it.
func (t *jsonTable) axis(c *jsonCell, axis int) error {
	s := &t.scan
	if axis == maxJSONRank {
		return s.Errorf("got arrays within arrays, want at most %d axes", maxJSONRank)
	}
	first := axis == len(c.shape) // the first array on this axis
	if first {
		if len(c.numbers) > 0 {
			return s.Errorf("got an array beside numbers, want one of them")
		}
		c.shape = append(c.shape, 0)
	}
	count := 0
	err := s.Array(func() error {
		count++
		if s.Next() == '[' {
			return t.axis(c, axis+1)
		}
		if axis != len(c.shape)-1 {
			return s.Errorf("got a value beside arrays, want one of them")
		}
		v, err := t.element(c)
		c.numbers = append(c.numbers, v)
		return err
	})
	switch {
	case err != nil:
		return err
	case count == 0:
		return s.Errorf("got an empty array, want at least one number")
	case first:
		c.shape[axis] = count
	case c.shape[axis] != count:
		return s.Errorf("got %d elements in an array, want %d as in the one before", count, c.shape[axis])
	}
	return nil
}

// element reads a number of an array.
func (t *jsonTable) element(c *jsonCell) (float64, error) {
	s := &t.scan
	switch next := s.Next(); {
	case s.Literal("null"):
		c.missing = true
		return math.NaN(), nil
	case next == '"', next == '{', s.Literal("true"), s.Literal("false"):
		return 0, s.Errorf("got a text, a truth value or an object in an array, want numbers")
	}
	text, err := s.Number()
	if err != nil {
		return 0, err
	}
	if t.isNaN(text) {
		c.missing = true
		return math.NaN(), nil
	}
	v, err := t.form.read(text)
	if err != nil {
		return 0, mistake.Newf(kindOfError(err), "element %d: %v", len(c.numbers), err)
	}
	return v, nil
}

// fits says whether an array has a shape.
func (c *jsonCell) fits(shape []int) error {
	switch {
	case shape == nil:
		return mistake.Newf(ErrCSV, "got an array where the first row has no value, want one there too, whose shape all others have")
	case !slices.Equal(c.shape, shape):
		return mistake.Newf(ErrCSV, "got an array of the shape %v, want %v as in the first row", c.shape, shape)
	}
	return nil
}
