package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// ends says which targets of a data set count: those of the first steps of each example, as
// many as its length. Nil: all count. See graph.Builder.CountSteps.
type ends struct {
	lengths data.Field
	step    int // elements of the targets of a step
}

// endsOf returns the ends of the targets of d for an input of the model; nil if all count.
func (s *session) endsOf(d *data.Dataset, in graph.InputSpec) (*ends, error) {
	name, ok := s.steps[in.Name]
	if !ok {
		return nil, nil
	}
	rows, err := d.Rows(name)
	if err != nil {
		return nil, errors.Wrapf(err, "the lengths of input %q of the model", in.Name)
	}
	f, _ := d.Field(name)
	if rows.Size() != 1 || !f.Integers() {
		return nil, mistake.Shapef("field %q: got the shape %v, want an integer for each example: a length", name, ir.Shape(f.Shape))
	}
	return &ends{f, size(in.Shape[2:])}, nil
}

// endsIn returns the ends of the targets of d for the input of that name; nil if all count.
func (s *session) endsIn(d *data.Dataset, name string) *ends {
	for _, in := range s.prog.Inputs() {
		if in.Name == name {
			e, _ := s.endsOf(d, in) // a data set that cannot be bound has said so
			return e
		}
	}
	return nil
}

// counts reports whether an element of a row counts.
func (e *ends) counts(row, element int) bool {
	return e == nil || float64(element/e.step) < e.lengths.At(row, 0)
}

// end returns how many of the elements of a row count with n steps. Every n is taken: wrong ones
// are refused elsewhere.
func (e *ends) end(n, size int) int { return min(max(0, n), size/e.step) * e.step }

// find is f.Find among the elements that count.
func (e *ends) find(f data.Field, is func(v float64) bool) (row, element int, v float64, found bool) {
	if e == nil {
		return f.Find(is)
	}
	for row := range f.Len() {
		for k := range e.end(int(e.lengths.At(row, 0)), f.Size()) {
			if v := f.At(row, k); is(v) {
				return row, k, v, true
			}
		}
	}
	return 0, 0, 0, false
}

// spans are the ends in the batches of a session.
type spans struct {
	ends
	rows   data.Rows // of the lengths
	of     []int     // the lengths of the present batch
	from   *feed     // that reads them for the model too; nil: none does
	number float64   // what stands for targets that do not count
	label  int
}

// spansOf returns the spans of a feed of targets; nil if all count.
func (s *session) spansOf(d *data.Dataset, name string, e *ends, domain graph.Domain) (*spans, error) {
	if e == nil {
		return nil, nil
	}
	rows, err := d.Rows(e.lengths.Name)
	if err != nil {
		return nil, err
	}
	c := &spans{ends: *e, rows: rows, of: make([]int, s.n), label: s.ignored[name].Label}
	if !domain.Takes(0) {
		c.number = 1
	}
	return c, nil
}

// spansOfTarget returns the spans of the input of that name, for the data set that the session
// is bound to; nil if all count, or if there is no such input.
func (s *session) spansOfTarget(name string) *spans {
	if f := s.feedOf(name); f != nil {
		return f.spans
	}
	return nil
}

// read reads the lengths of a batch.
func (c *spans) read(index []int) error {
	if c.from != nil { // they may have been changed by Options.Augment
		copy(c.of, c.from.ints)
		return nil
	}
	return c.rows.Ints(c.of, index)
}

// fill replaces what does not count in the feed.
func (c *spans) fill(f *feed) {
	size := f.rows.Size()
	for i, n := range c.of {
		lo, hi := i*size+c.end(n, size), (i+1)*size
		switch {
		case f.ints != nil:
			setAll(f.ints[lo:hi], c.label)
		case f.f32 != nil:
			setAll(f.f32[lo:hi], float32(c.number))
		default:
			setAll(f.f64[lo:hi], c.number)
		}
	}
}

// mark sets which of the elements of a batch count.
func (c *spans) mark(counts []bool) {
	size := len(counts) / len(c.of)
	for i := range counts {
		counts[i] = i%size/c.step < c.of[i/size]
	}
}

func setAll[T any](list []T, v T) {
	for i := range list {
		list[i] = v
	}
}
