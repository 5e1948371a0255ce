package data

import (
	"io"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Source is a set of examples to train on, to evaluate and to predict for. A Dataset is one that
// has all of them in memory. Any other one is also Indexed or Sequential, and hands out some
// examples at a time: so it may be larger than memory.
//
// A Source must give the same examples each time. Its type must be comparable, such as a pointer:
// a training goes on where it stopped if it is given the same Source again.
type Source interface {
	// Len returns the number of examples; -1 if only reading to the end tells.
	Len() int
	// Info describes the fields of the examples, in their order. The caller does not change it.
	Info() []FieldInfo
}

// Indexed is a Source that hands out examples by their numbers, such as a folder of images.
type Indexed interface {
	Source
	// View returns the examples with the given indices, in that order; an index may stand several
	// times. Several goroutines may call it at the same time.
	View(index []int) (*Dataset, error)
}

// Sequential is a Source that is read from front to back, such as a file of lines.
type Sequential interface {
	Source
	// Open begins to read at example from. Several streams may be open at the same time.
	Open(from int) (Stream, error)
}

// Stream reads a Sequential from one example on. It is for one goroutine.
type Stream interface {
	// Next returns the next examples, in their order: at least one and at most n, with the fields
	// of Info. At the end it returns io.EOF.
	Next(n int) (*Dataset, error)
	// Close frees what the stream holds. It is called once.
	Close() error
}

var _ Indexed = (*Dataset)(nil)

// Info describes the fields of d, in their order.
func (d *Dataset) Info() []FieldInfo {
	var out []FieldInfo
	for _, f := range d.Fields() {
		out = append(out, f.info())
	}
	return out
}

// Take returns the first n examples of src in memory, or all if there are fewer or n is negative;
// of a Dataset a view.
//
// Errors: ErrEmpty for a nil src, n of 0 and a Source without examples; ErrOption for one that is
// neither Indexed nor Sequential; those of src.
func Take(src Source, n int) (*Dataset, error) {
	if err := checkSource(src); err != nil {
		return nil, errors.WithMessage(err, "data: Take")
	}
	if n == 0 {
		return nil, mistake.Newf(ErrEmpty, "data: Take: got 0 examples to take, want one or more, or a negative number for all")
	}
	if all := src.Len(); all >= 0 && (n < 0 || n > all) {
		n = all
	}
	if s, ok := src.(Indexed); ok {
		d, err := viewOf(s, identity(n))
		return d, errors.WithMessage(err, "data: Take")
	}
	d, err := takeStream(src.(Sequential), n)
	return d, errors.WithMessage(err, "data: Take")
}

// takeStream reads the first n examples; all if n is negative.
func takeStream(src Sequential, n int) (*Dataset, error) {
	s, err := open(src, 0)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var parts []*Dataset
	for got := 0; n < 0 || got < n; {
		most := mostTaken
		if n >= 0 {
			most = min(most, n-got)
		}
		d, err := s.next(most)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		parts, got = append(parts, d), got+d.Len()
	}
	if len(parts) == 0 {
		return nil, mistake.Newf(ErrEmpty, "got a source without examples, want one or more")
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return Concat(parts...)
}

// mostTaken is how many examples Take asks a stream for at once.
const mostTaken = 1 << 12

// checkSource says whether examples can be read from src.
func checkSource(src Source) error {
	if mistake.IsNil(src) {
		return mistake.Newf(ErrEmpty, "got no source, want one with examples")
	}
	_, indexed := src.(Indexed)
	_, sequential := src.(Sequential)
	switch n := src.Len(); {
	case !indexed && !sequential:
		return mistake.Optionf("got a %T, want a source that is Indexed or Sequential: has View or Open", src)
	case n == 0:
		return mistake.Newf(ErrEmpty, "got a source without examples, want one or more")
	case !sequential && n < 0:
		return mistake.Optionf("got a %T with View and the length %d, want the number of its examples", src, n)
	case n > mostExamples && !sequential:
		return mistake.Optionf("got %d examples, want at most %d", n, mostExamples)
	}
	return nil
}

// viewOf calls View and checks what it returns.
func viewOf(src Indexed, index []int) (d *Dataset, err error) {
	if err := guard("View", func() error { d, err = src.View(index); return err }); err != nil {
		return nil, err
	}
	if d.Len() != len(index) {
		return nil, mistake.Shapef("got %d examples of View of a %T, want the %d that were asked for", d.Len(), src, len(index))
	}
	return d, fitting(src, d)
}

// fitting returns an error unless d has the fields that src describes.
func fitting(src Source, d *Dataset) error {
	info := src.Info()
	if len(info) != len(d.fields) {
		return mistake.Newf(ErrField, "got %d fields of a %T, want the %d of Info", len(d.fields), src, len(info))
	}
	for k, f := range d.fields {
		i := info[k]
		switch {
		case f.Name != i.Name:
			return f.fail(ErrField, "got it as field %d of a %T, want %q as Info says", k, src, i.Name)
		case !slices.Equal(f.Shape, i.Shape):
			return f.fail(ErrShape, "got the shape %v of a %T, want %v as Info says", f.Shape, src, i.Shape)
		case f.Integers() != i.Integers:
			return f.fail(ErrField, "got %s of a %T, want %s as Info says", kindOfValues(f), src, kindOfValues(i.Field()))
		}
	}
	return nil
}

// reading is a Stream that is checked.
type reading struct {
	src Sequential
	s   Stream
}

// open calls Open.
func open(src Sequential, from int) (r reading, err error) {
	r.src = src
	err = guard("Open", func() error { r.s, err = src.Open(from); return err })
	if err == nil && mistake.IsNil(r.s) {
		err = mistake.Optionf("got a nil Stream of Open of a %T, want one", src)
	}
	return r, err
}

// next calls Next and checks what it returns.
func (r reading) next(n int) (d *Dataset, err error) {
	if err := guard("Next", func() error { d, err = r.s.Next(n); return err }); err != nil {
		return nil, err
	}
	if got := d.Len(); got < 1 || got > n {
		return nil, mistake.Shapef("got %d examples of Next of a %T, want 1 to %d, or io.EOF", got, r.s, n)
	}
	return d, fitting(r.src, d)
}

// close calls Close. What is wrong at the end of reading changes no example.
func (r reading) close() { _ = guard("Close", r.s.Close) }
