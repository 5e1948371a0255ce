package data

import (
	"io"
	"math"
	"runtime"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Loader hands out the batches of a Source, epoch after epoch. Examples that are not in memory are
// read ahead by other goroutines, some batches at a time: while one such block is trained on, the
// next is read. The batches are a function of the seed, the epoch and the position alone, so that
// training can be taken up again at any batch.
//
// With Shuffle an Indexed source is shuffled as a whole, as Batches does. A Sequential one is
// shuffled within windows: each is read, and its examples are put in a random order. The borders
// of the windows lie elsewhere in every epoch. Such a source should not be sorted, by class for
// example.
//
// A Loader must not be shared between goroutines. Close ends those that read.
type Loader struct {
	src    Source
	o      LoaderOptions
	order  *Batches // of a Dataset or an Indexed; nil for a Sequential
	inside *Dataset // src, if it is in memory
	length int      // of src; -1 while it is not known

	epoch int
	at    int // batches of the epoch that were handed out
	now   block
	rows  []int // of now that are left
	ahead *readAhead
}

// LoaderOptions are the settings of a Loader.
type LoaderOptions struct {
	// Batch is the number of examples in a batch, at least 1; the last one of an epoch may have
	// fewer.
	Batch int
	// Shuffle puts the examples in another order in every epoch.
	Shuffle bool
	// Seed is that of the order.
	Seed uint64
	// Window is the number of examples of a Sequential that are shuffled together, rounded up to
	// whole batches. Two or three windows are in memory at a time. By default it has
	// 2^22 numbers, and at most 2^16 examples.
	Window int
	// Part says which examples of a batch of n an Indexed source is asked for: those from lo to
	// hi-1. Each of several processes may so read what it trains on. The rows of the others in
	// Batch.Set have other examples. By default it is all of them.
	Part func(n int) (lo, hi int)
	// Readers is the number of goroutines that call Indexed.View; default GOMAXPROCS.
	Readers int
	// DropLast leaves out the last batch of an epoch when it is shorter than the others.
	DropLast bool
	// Limit is the most batches that an epoch has; 0 for no limit.
	Limit int
	// Epochs is the number of epochs of a training, from epoch 0; 0 for no limit. At the end of
	// the last one nothing is read ahead. Begin may go beyond it.
	Epochs int
}

// Batch is one batch of a Loader. It is valid until the next call of a method.
type Batch struct {
	// Set has the examples of the batch, and others.
	Set *Dataset
	// Index lists the rows of Set that make the batch.
	Index []int
	// Last says that this is the last batch of the epoch.
	Last bool

	numbers []int // of the rows of Set in the source, unless from tells
	from    int   // the number of row 0 in the source
}

// Number returns the number in the source of row i of Set.
func (b Batch) Number(i int) int {
	if b.numbers != nil {
		return b.numbers[i]
	}
	return b.from + i
}

// NewLoader returns a Loader of the source, at the start of epoch 0. It reads nothing yet.
//
// Errors: ErrEmpty for a nil source or one without examples, ErrOption for settings that have no
// meaning and a source that is neither Indexed nor Sequential.
func NewLoader(src Source, o LoaderOptions) (*Loader, error) {
	if err := checkSource(src); err != nil {
		return nil, errors.WithMessage(err, "data: NewLoader")
	}
	switch {
	case o.Batch < 1:
		return nil, mistake.Optionf("data: NewLoader: got the batch size %d, want at least 1", o.Batch)
	case o.Window < 0 || o.Readers < 0 || o.Limit < 0 || o.Epochs < 0:
		return nil, mistake.Optionf("data: NewLoader: got Window %d, Readers %d, Limit %d and Epochs %d, want 0 or more", o.Window, o.Readers, o.Limit, o.Epochs)
	}
	if o.Readers == 0 {
		o.Readers = runtime.GOMAXPROCS(0)
	}
	l := &Loader{src: src, o: o, length: src.Len()}
	l.inside, _ = src.(*Dataset)
	if _, ok := src.(Indexed); ok {
		if err := l.draw(l.length); err != nil {
			return nil, errors.WithMessage(err, "data: NewLoader")
		}
	}
	return l, nil
}

// draw makes the order of n examples in an epoch.
func (l *Loader) draw(n int) error {
	b, err := NewBatches(n, l.o.Batch, l.o.Shuffle, l.o.Seed)
	if err != nil {
		return err
	}
	b.DropLast, b.Limit = l.o.DropLast, l.o.Limit
	l.order = b
	return nil
}

// Weigh lets the batches draw examples of an Indexed source at random with replacement, n in each
// epoch: example i with the probability weights[i] / Σ weights, see Batches.Weigh. The loader then
// stands at the start of epoch 0.
//
// Errors: those of Batches.Weigh; ErrShape for another number of weights than examples; ErrOption
// for a Sequential source.
func (l *Loader) Weigh(weights []float64, n int) error {
	switch {
	case !l.made():
		return unmadeLoader("Weigh")
	case l.order == nil:
		return mistake.Optionf("data: Weigh: got a %T, which is read from front to back, want an Indexed source", l.src)
	case len(weights) != l.length:
		return mistake.Shapef("data: Weigh: got %d weights, want one for each of %d examples", len(weights), l.length)
	}
	was := l.order
	if err := l.draw(n); err != nil {
		return errors.WithMessage(err, "data: Weigh")
	}
	if err := l.order.Weigh(weights); err != nil {
		l.order = was
		return err
	}
	l.Begin(0, 0)
	return nil
}

// Len returns the number of batches of an epoch; -1 as long as the length of the source is not
// known: a Sequential without a length is counted in its first epoch.
func (l *Loader) Len() int {
	if !l.made() {
		return 0
	}
	if l.order != nil {
		return l.order.Len()
	}
	if l.length < 0 {
		return -1
	}
	return batchesOf(l.length, l.o.Batch, l.o.DropLast, l.o.Limit)
}

// Begin goes to a batch of an epoch, both from 0. At the end of an epoch the start of the next one
// is read ahead, up to LoaderOptions.Epochs.
func (l *Loader) Begin(epoch, batch int) {
	if !l.made() {
		return // Next says so
	}
	if goesOn := l.now.last && epoch == l.epoch+1 && batch == 0 && !l.o.ends(epoch); !goesOn {
		l.Close()
	}
	l.epoch, l.at, l.now, l.rows = epoch, batch, block{}, nil
	if l.inside != nil {
		l.order.Epoch(epoch)
		l.order.Skip(batch)
	}
}

// made reports whether NewLoader made l.
func (l *Loader) made() bool { return l != nil && l.src != nil }

func unmadeLoader(op string) error {
	return mistake.Optionf("data: Loader.%s: got a Loader that NewLoader did not make, want one; what was its error?", op)
}

// ends reports whether nothing is read ahead of an epoch.
func (o LoaderOptions) ends(epoch int) bool { return o.Epochs > 0 && epoch >= o.Epochs }

// Next returns the next batch of the epoch, and io.EOF at its end. Batches of a Dataset allocate
// nothing.
//
// Errors: those of the source; ErrShape if it has fewer or more examples than it says, and for
// examples that do not fit what Info says.
func (l *Loader) Next() (Batch, error) {
	if !l.made() {
		return Batch{}, unmadeLoader("Next")
	}
	if l.inside != nil {
		index, ok := l.order.Next()
		if !ok {
			return Batch{}, io.EOF
		}
		l.at++
		return Batch{Set: l.inside, Index: index, Last: l.at == l.order.Len()}, nil
	}
	for len(l.rows) == 0 {
		if l.now.last {
			return Batch{}, io.EOF
		}
		if l.ahead == nil {
			l.ahead = l.start(l.epoch, l.at)
		}
		b, ok := <-l.ahead.blocks
		if !ok {
			return Batch{}, io.EOF
		}
		if b.err != nil {
			l.Close()
			return Batch{}, b.err
		}
		l.now, l.rows = b, b.rows
		if b.last && b.length >= 0 {
			l.length = b.length
		}
	}
	n := min(l.o.Batch, len(l.rows))
	index := l.rows[:n:n]
	l.rows = l.rows[n:]
	l.at++
	last := l.now.last && len(l.rows) == 0
	return Batch{Set: l.now.set, Index: index, Last: last, numbers: l.now.numbers, from: l.now.from}, nil
}

// Close ends the goroutines that read. The loader may begin again.
func (l *Loader) Close() {
	if l == nil {
		return
	}
	if l.ahead != nil {
		l.ahead.stop()
		l.ahead = nil
	}
	l.now, l.rows = block{}, nil
}

// window returns the number of examples of a Sequential that are read together.
func (l *Loader) window() int {
	n := l.o.Window
	if n == 0 {
		n = max(1, min(1<<16, 1<<22/l.elements()))
	}
	return wholeBatches(n, l.o.Batch)
}

// elements returns the number of elements of an example.
func (l *Loader) elements() int {
	n := 0
	for _, i := range l.src.Info() {
		size, err := i.Field().checkedSize()
		if err != nil || size > math.MaxInt32 {
			return math.MaxInt32
		}
		n = min(n+size, math.MaxInt32)
	}
	return max(1, n)
}

// wholeBatches returns n rounded up to a multiple of the batch size.
func wholeBatches(n, batch int) int {
	if n > math.MaxInt32-batch {
		return max(1, math.MaxInt32/batch) * batch
	}
	return (n + batch - 1) / batch * batch
}
