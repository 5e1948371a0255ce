package data

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Through returns src with its examples changed by f, a function of each example alone: it is
// called with some examples at a time, and returns as many, in their order. Recipe.Apply of a
// fitted recipe is such a function, and Dataset.Map and Only make others. It is called while the
// source is read, by several goroutines at the same time. Of a Dataset, f is called once here, and
// its result is returned.
//
// Errors: ErrOption for a nil f; those of Take and of f on the first example. While the source is read:
// ErrShape for another number of examples, those of f, and ErrOption if it panics.
func Through(src Source, f func(*Dataset) (*Dataset, error)) (Source, error) {
	if f == nil {
		return nil, mistake.Optionf("data: Through: got a nil function, want one")
	}
	if d, ok := src.(*Dataset); ok && d != nil {
		out, err := changed(f, d)
		return out, errors.WithMessage(err, "data: Through")
	}
	first, err := Take(src, 1)
	if err == nil {
		first, err = changed(f, first)
	}
	if err != nil {
		return nil, errors.WithMessage(err, "data: Through")
	}
	c := change{src: src, f: f, info: first.Info()}
	if s, ok := src.(Indexed); ok {
		return &indexedChange{c, s}, nil
	}
	return &sequentialChange{c, src.(Sequential)}, nil
}

// change is a source with a function of its examples.
type change struct {
	src  Source
	f    func(*Dataset) (*Dataset, error)
	info []FieldInfo
}

func (c *change) Len() int          { return c.src.Len() }
func (c *change) Info() []FieldInfo { return c.info }

// source returns what Fingerprint speaks of.
func (c *change) source() Source { return c.src }

// changed calls f and checks what it returns.
func changed(f func(*Dataset) (*Dataset, error), d *Dataset) (out *Dataset, err error) {
	if err := guard("Through", func() error { out, err = f(d); return err }); err != nil {
		return nil, err
	}
	if out.Len() != d.Len() {
		return nil, mistake.Shapef("data: Through: got %d examples of the function, want %d as it was given", out.Len(), d.Len())
	}
	return out, nil
}

type indexedChange struct {
	change
	from Indexed
}

func (c *indexedChange) View(index []int) (*Dataset, error) {
	d, err := viewOf(c.from, index)
	if err != nil {
		return nil, err
	}
	return changed(c.f, d)
}

type sequentialChange struct {
	change
	from Sequential
}

func (c *sequentialChange) Open(from int) (Stream, error) {
	r, err := open(c.from, from)
	if err != nil {
		return nil, err
	}
	return &changedStream{r, c.f}, nil
}

type changedStream struct {
	r reading
	f func(*Dataset) (*Dataset, error)
}

func (s *changedStream) Next(n int) (*Dataset, error) {
	d, err := s.r.next(n)
	if err != nil {
		return nil, err
	}
	return changed(s.f, d)
}

func (s *changedStream) Close() error { return s.r.s.Close() }
