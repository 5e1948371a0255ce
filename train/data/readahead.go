package data

import (
	"context"
	"io"
	"sync"

	"github.com/symgrad/symgrad/internal/mistake"
)

// block is some batches of one epoch.
type block struct {
	set     *Dataset
	rows    []int // of set, batch after batch
	numbers []int // of the rows in the source; nil if they count up from the next
	from    int
	last    bool // of the epoch
	length  int  // of the source, if it is the last and was read to its end; else -1
	err     error
}

// readAhead reads the blocks of an epoch, and then those of the epochs behind it that are wanted.
type readAhead struct {
	blocks chan block // without room: one block waits while another is used
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

// start begins to read at a batch of an epoch.
func (l *Loader) start(epoch, batch int) *readAhead {
	ctx, cancel := context.WithCancel(context.Background())
	a := &readAhead{blocks: make(chan block), cancel: cancel}
	p := producer{ctx: ctx, to: a.blocks, src: l.src, o: l.o}
	read := p.sequential
	if l.order != nil {
		p.order, p.block = l.order.clone(), wholeBatches(1<<20/l.elements()/l.o.Batch*l.o.Batch+1, l.o.Batch)
		read = p.indexed
	} else {
		p.window = l.window()
	}
	a.wait.Go(func() {
		defer close(a.blocks)
		for {
			if err := read(epoch, batch); err != nil {
				p.send(block{err: err})
				return
			}
			if epoch, batch = epoch+1, 0; p.o.ends(epoch) {
				return
			}
		}
	})
	return a
}

// stop ends the goroutine.
func (a *readAhead) stop() {
	a.cancel()
	for range a.blocks { // it may be sending
	}
	a.wait.Wait()
}

// producer makes blocks.
type producer struct {
	ctx    context.Context
	to     chan<- block
	src    Source
	o      LoaderOptions
	block  int // examples of a block
	window int // of a Sequential
	order  *Batches
}

// send hands over a block. It returns the error of the context if the loader was closed.
func (p *producer) send(b block) error {
	select {
	case p.to <- b:
		return p.ctx.Err() // stop takes blocks too
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

// indexed reads the rest of an epoch by number.
func (p *producer) indexed(epoch, batch int) error {
	p.order.Epoch(epoch)
	p.order.Skip(batch)
	left := p.order.rest()
	if len(left) == 0 {
		return p.send(block{last: true, length: -1})
	}
	for len(left) > 0 {
		n := min(p.block, len(left))
		index := append([]int(nil), left[:n]...)
		left = left[n:]
		d, err := p.wanted(index)
		if err != nil {
			return err
		}
		if err := p.send(block{set: d, rows: identity(n), numbers: index, last: len(left) == 0, length: -1}); err != nil {
			return err
		}
	}
	return nil
}

// wanted reads those of the examples of some batches that Part wants. In the place of each other one stands
// the first of them.
func (p *producer) wanted(index []int) (*Dataset, error) {
	if p.o.Part == nil {
		return p.views(index)
	}
	var read []int
	rows := make([]int, len(index))
	for at := 0; at < len(index); at += p.o.Batch {
		n := min(p.o.Batch, len(index)-at)
		lo, hi := p.o.Part(n)
		if lo < 0 || hi < lo || hi > n {
			return nil, mistake.Optionf("data: Loader: got %d and %d from Part for a batch of %d, want numbers that do not fall, in [0, %d]", lo, hi, n, n)
		}
		for i := at + lo; i < at+hi; i++ {
			rows[i] = len(read)
			read = append(read, index[i])
		}
	}
	if len(read) == 0 {
		read = index[:1]
	}
	d, err := p.views(read)
	if err != nil || len(read) == len(index) {
		return d, err
	}
	return d.View(rows)
}

// views reads the examples of index, in parts at the same time.
func (p *producer) views(index []int) (*Dataset, error) {
	src := p.src.(Indexed)
	readers := min(p.o.Readers, len(index))
	parts, errs := make([]*Dataset, readers), make([]error, readers)
	var wait sync.WaitGroup
	for r := range readers {
		lo, hi := r*len(index)/readers, (r+1)*len(index)/readers
		wait.Go(func() {
			if errs[r] = p.ctx.Err(); errs[r] == nil {
				parts[r], errs[r] = viewOf(src, index[lo:hi])
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	if readers == 1 {
		return parts[0], nil
	}
	return Concat(parts...)
}

// sequential reads the rest of an epoch from front to back, window by window.
func (p *producer) sequential(epoch, batch int) error {
	from, end := p.windowOf(epoch, batch*p.o.Batch)
	skip := batch*p.o.Batch - from
	s, err := open(p.src.(Sequential), from)
	if err != nil {
		return err
	}
	w := windows{p: p, s: s}
	defer s.close()
	for {
		d, err := w.next(end - from)
		if err != nil {
			return err
		}
		b := block{set: d, from: from, last: w.over, length: -1}
		if w.over {
			b.length = from + d.Len() + w.dropped
			if n := p.src.Len(); n >= 0 && n != b.length && d != nil {
				return mistake.Shapef("data: Loader: got %d examples of a %T, want %d as its Len says", b.length, p.src, n)
			}
		}
		if d == nil && from == 0 {
			return mistake.Newf(ErrEmpty, "data: Loader: got a source without examples, want one or more")
		}
		b.rows = p.shuffled(epoch, from, d.Len())
		p.cut(&b)
		b.rows, skip = b.rows[min(skip, len(b.rows)):], 0
		if err := p.send(b); err != nil || b.last {
			return err
		}
		from, end = end, end+p.window
	}
}

// cut leaves out what DropLast and Limit say.
func (p *producer) cut(b *block) {
	if p.o.DropLast && b.last {
		b.rows = b.rows[:len(b.rows)/p.o.Batch*p.o.Batch]
	}
	if p.o.Limit > 0 {
		if left := max(0, p.o.Limit*p.o.Batch-b.from); left <= len(b.rows) {
			b.rows, b.last, b.length = b.rows[:left], true, -1
		}
	}
}

// windows reads a stream in pieces of given sizes.
type windows struct {
	p       *producer
	s       reading
	left    []*Dataset // read already
	have    int        // examples of left
	over    bool       // the window is the last one
	dropped int        // examples behind the last window, too few for a batch
}

// next returns the next n examples, fewer at the end, and finds out whether there are more; nil if
// there are none.
func (w *windows) next(n int) (*Dataset, error) {
	more := 1
	if w.p.o.DropLast {
		more = w.p.o.Batch
	}
	for w.have < n+more {
		if err := w.p.ctx.Err(); err != nil {
			return nil, err
		}
		d, err := w.s.next(n + more - w.have)
		if err == io.EOF {
			w.over = true
			break
		}
		if err != nil {
			return nil, err
		}
		w.left, w.have = append(w.left, d), w.have+d.Len()
	}
	var parts []*Dataset
	for room := n; room > 0 && len(w.left) > 0; {
		d := w.left[0]
		if d.Len() > room {
			w.left[0] = d.between(room, d.Len())
			d = d.between(0, room)
		} else {
			w.left = w.left[1:]
		}
		parts, room, w.have = append(parts, d), room-d.Len(), w.have-d.Len()
	}
	w.dropped = w.have
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return parts[0], nil
	}
	return Concat(parts...)
}

// between returns the examples from lo to hi-1.
func (d *Dataset) between(lo, hi int) *Dataset {
	index := make([]int, hi-lo)
	for i := range index {
		index[i] = lo + i
	}
	v, _ := d.View(index) // these there are
	return v
}

// windowOf returns the bounds of the window of an epoch that has example i.
func (p *producer) windowOf(epoch, i int) (from, end int) {
	first := p.window
	if p.o.Shuffle {
		batches := p.window / p.o.Batch
		s := newStream(p.o.Seed, uint64(epoch))
		first = (1 + int(s.below(uint64(batches)))) * p.o.Batch
	}
	if i < first {
		return 0, first
	}
	k := (i - first) / p.window
	return first + k*p.window, first + (k+1)*p.window
}

// shuffled returns the order of the n examples of the window of an epoch that begins at from.
func (p *producer) shuffled(epoch, from, n int) []int {
	order := identity(n)
	if p.o.Shuffle {
		newStream(p.o.Seed, uint64(epoch)<<32^uint64(from)+windowStream).shuffle(order)
	}
	return order
}

// windowStream keeps the numbers of streams of windows apart from those of epochs.
const windowStream = 1 << 62
