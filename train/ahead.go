package train

import (
	"runtime"
	"slices"

	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
)

// feeder hands out the batches of a training. While a step is computed, another goroutine applies
// Options.Augment to the examples of the next batch of the epoch. What comes out is a function of
// seed, epoch and example, so bits do not depend on it.
type feeder struct {
	*data.Loader
	t     *Trainer
	total int        // batches of an epoch, as of the beginning; -1 if it is not known
	next  data.Batch // found already, if has
	err   error      // of finding it
	has   bool
}

// newFeeder returns a feeder for a loop of steps; close ends it.
func newFeeder(t *Trainer, l *data.Loader) *feeder {
	if len(t.o.Augment) > 0 && runtime.GOMAXPROCS(0) > 1 {
		t.ahead = newAhead()
	}
	return &feeder{Loader: l, t: t, total: l.Len()}
}

// batch returns the next batch, and false at the end of the epoch.
func (f *feeder) batch() (data.Batch, bool, error) {
	if !f.has {
		return nextBatch(f.Loader)
	}
	f.has = false
	return f.next, f.err == nil, f.err
}

// look has the rows of the batch behind b made.
func (f *feeder) look(b data.Batch, epoch int) {
	if f.t.ahead == nil || b.Last {
		return
	}
	var ok bool
	if f.next, ok, f.err = nextBatch(f.Loader); !ok && f.err == nil {
		return
	}
	if f.has = true; ok {
		f.t.ahead.start(f.next, epoch)
	}
}

// close ends the loop.
func (f *feeder) close() {
	f.Close()
	if f.t.ahead != nil {
		f.t.ahead.close()
		f.t.ahead = nil
	}
}

// ahead makes the rows of the fields of one batch that Options.Augment changes, while another batch
// is used.
type ahead struct {
	fields  []*aheadField // as the first session has them
	set     *data.Dataset // whose rows the fields read
	made    aheadBatch    // used now
	next    aheadBatch    // being made, or made
	running bool
	work    chan data.Batch
	done    chan error
}

// aheadBatch says which rows are in a buffer.
type aheadBatch struct {
	batch data.Batch
	epoch int
	ok    bool
}

// aheadField is a field, with room for the rows of two batches.
type aheadField struct {
	feed
	list    []augment.Transform
	seed    uint64
	f64     [2][]float64
	f32     [2][]float32
	ints    [2][]int
	numbers []int
}

func newAhead() *ahead {
	a := &ahead{work: make(chan data.Batch), done: make(chan error, 1)}
	go func() {
		for b := range a.work {
			a.done <- try("Options.Augment", func() error { return a.make(b) })
		}
		close(a.done)
	}()
	return a
}

// close ends the goroutine.
func (a *ahead) close() {
	a.rest()
	close(a.work)
	<-a.done
}

// rest waits until nothing is being made.
func (a *ahead) rest() {
	if a.running {
		a.next.ok = <-a.done == nil // what is wrong comes up when the batch is made again
		a.running = false
	}
}

// adopt takes over the fields of a session, which is bound to the examples of a batch.
func (a *ahead) adopt(s *session) {
	if a.fields != nil {
		return
	}
	a.fields = []*aheadField{}
	for i := range s.feeds {
		if f := &s.feeds[i]; f.change != nil {
			a.fields = append(a.fields, &aheadField{feed: *f, list: s.augment[f.name], seed: s.seed})
		}
	}
}

// start begins to make the rows of a batch. Before the first step there is nothing to make them of.
func (a *ahead) start(b data.Batch, epoch int) {
	if a.rest(); a.fields == nil {
		return
	}
	a.next = aheadBatch{batch: b, epoch: epoch}
	a.running = true
	a.work <- b
}

// turn makes the rows of the next batch those that are used.
func (a *ahead) turn() {
	a.rest()
	a.made, a.next = a.next, aheadBatch{}
	for _, f := range a.fields {
		f.f64[0], f.f64[1] = f.f64[1], f.f64[0]
		f.f32[0], f.f32[1] = f.f32[1], f.f32[0]
		f.ints[0], f.ints[1] = f.ints[1], f.ints[0]
	}
}

// make fills the second buffers.
func (a *ahead) make(b data.Batch) error {
	if a.set != b.Set {
		for _, f := range a.fields {
			if err := f.bind(b.Set); err != nil {
				return err
			}
		}
		a.set = b.Set
	}
	for _, f := range a.fields {
		if err := f.make(b, a.next.epoch); err != nil {
			return err
		}
	}
	return nil
}

// bind lets the field read the rows of d.
func (f *aheadField) bind(d *data.Dataset) (err error) {
	if f.rows, err = d.Rows(f.name); err != nil {
		return err
	}
	field, _ := d.Field(f.name)
	f.change, err = augment.NewPipeline(field, f.feed.ints != nil, f.list, f.seed)
	return err
}

// make fills the second buffer with the rows of a batch.
func (f *aheadField) make(b data.Batch, epoch int) error {
	n := len(b.Index) * f.rows.Size()
	to := feed{rows: f.rows, change: f.change}
	switch {
	case f.feed.ints != nil:
		f.ints[1] = resize(f.ints[1], n)
		to.ints = f.ints[1]
	case f.feed.f32 != nil:
		f.f32[1] = resize(f.f32[1], n)
		to.f32 = f.f32[1]
	default:
		f.f64[1] = resize(f.f64[1], n)
		to.f64 = f.f64[1]
	}
	if err := to.gather(b.Index); err != nil {
		return err
	}
	f.numbers = numbersOf(f.numbers, b, b.Index)
	to.augment(f.numbers, epoch)
	return nil
}

// fill copies the rows of index, a part of the batch that is used, to a feed. It returns false if
// they have not been made; nothing is being made then.
func (a *ahead) fill(to *feed, set *data.Dataset, index []int, epoch int) bool {
	if a == nil {
		return false
	}
	i := slices.IndexFunc(a.fields, func(f *aheadField) bool { return f.name == to.name })
	if i < 0 || !a.made.ok || a.made.batch.Set != set || a.made.epoch != epoch {
		a.rest()
		return false
	}
	at := indexOf(a.made.batch.Index, index)
	if at < 0 {
		a.rest()
		return false
	}
	f, size := a.fields[i], to.rows.Size()
	lo, hi := at*size, (at+len(index))*size
	switch {
	case to.ints != nil:
		copy(to.ints, f.ints[0][lo:hi])
	case to.f32 != nil:
		copy(to.f32, f.f32[0][lo:hi])
	default:
		copy(to.f64, f.f64[0][lo:hi])
	}
	return true
}

// indexOf returns where part begins in index; -1 if it does not stand there.
func indexOf(index, part []int) int {
	for at := 0; at+len(part) <= len(index); at++ {
		if slices.Equal(index[at:at+len(part)], part) {
			return at
		}
	}
	return -1
}

// augmented gathers the rows of a feed that Options.Augment changes, and changes them.
func (s *session) augmented(f *feed, index []int) error {
	if s.ahead.fill(f, s.set, index, s.epoch) {
		return nil
	}
	if err := f.gather(index); err != nil {
		return err
	}
	numbers := s.numbered(index)
	return try("Options.Augment", func() error { f.augment(numbers, s.epoch); return nil })
}
