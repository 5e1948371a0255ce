package train

import (
	"context"
	"io"
	"reflect"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// supply is where a call takes its examples from. The zero value is none.
type supply struct {
	src data.Source   // as given, or what Options.Recipe makes of it
	set *data.Dataset // src if that is in memory; else its first examples, which describe it
}

// whole reports whether all examples are in memory.
func (s supply) whole() bool { return s.set != nil && s.src == data.Source(s.set) }

// empty reports whether it is none.
func (s supply) empty() bool { return s.src == nil }

// supplyOf returns the supply of a source, for batches of n.
func supplyOf(src data.Source, n int) (supply, error) {
	if d, ok := src.(*data.Dataset); ok {
		return supply{d, d}, nil
	}
	first, err := data.Take(src, n)
	return supply{src, first}, err
}

// given returns an error unless there are a context and a source of examples.
func given(ctx context.Context, src data.Source) error {
	if ctx == nil {
		return noContext()
	}
	return filled(src)
}

func noContext() error {
	return mistake.Optionf("got a nil context, want one such as context.Background()")
}

// filled returns an error unless there is a source of examples.
func filled(src data.Source) error {
	switch {
	case mistake.IsNil(src) || src.Len() == 0:
		return mistake.Newf(data.ErrEmpty, "got no data set, want one with examples")
	case !reflect.TypeOf(src).Comparable():
		return mistake.Optionf("got a %T, which cannot be compared, want a type that can, such as a pointer", src)
	}
	return nil
}

// loader returns the batches of an epoch of a training on s.
func (t *Trainer) loader(s supply) (*data.Loader, error) {
	n := t.o.Sampling.examples(s.src)
	if t.o.DropLast && n >= 0 && n < t.o.BatchSize {
		return nil, mistake.Optionf("Options.DropLast: got %d examples, want at least one batch of %d (Options.BatchSize)", n, t.o.BatchSize)
	}
	epochs := t.orderOf(t.o.Epochs-1) + 1
	o := data.LoaderOptions{Batch: t.o.BatchSize, Shuffle: !t.o.InOrder, Seed: t.o.Seed, Window: t.o.ShuffleWindow,
		DropLast: t.o.DropLast, Limit: max(t.o.LimitBatches, t.o.OverfitBatches), Epochs: epochs}
	if t.ranks != nil {
		o.Part = t.ownPart
	}
	l, err := data.NewLoader(s.src, o)
	if err == nil && t.o.Sampling.draws() {
		err = t.o.Sampling.weigh(l, s, t.o.Target)
	}
	return l, err
}

// orLoader returns l, and a new loader of s for nil.
func (t *Trainer) orLoader(l *data.Loader, s supply) (*data.Loader, error) {
	if l != nil {
		return l, nil
	}
	return t.loader(s)
}

// nextBatch returns the next batch of l, and false at the end of the epoch.
func nextBatch(l *data.Loader) (b data.Batch, ok bool, err error) {
	b, err = l.Next()
	if err == io.EOF {
		return b, false, nil
	}
	return b, err == nil, err
}

// bindBatch returns the session for n examples at once of a batch, bound to its examples.
func (c *cache) bindBatch(b data.Batch, k kind, n int) (*session, error) {
	s, err := c.bind(b.Set, k, n)
	if err != nil {
		return nil, within(b, err)
	}
	s.batch, s.ahead = b, c.t.ahead
	return s, nil
}

// within says where the rows are that an error about a batch speaks of, unless all are in memory.
func within(b data.Batch, err error) error {
	n := b.Set.Len()
	if lo, hi := b.Number(0), b.Number(n-1); lo != 0 && hi-lo == n-1 {
		return errors.WithMessagef(err, "examples %d to %d (row 0 is the first)", lo, hi)
	}
	return err
}
