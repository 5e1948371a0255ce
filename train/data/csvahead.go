package data

import (
	"bytes"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
)

// csvAhead reads the rows of a table ahead on several goroutines. The text is cut into blocks of
// whole lines, and each block is a table of its own, with the same columns. Its rows are added to
// those before it if it is a part of the table by itself: without anything to refuse, without
// a category that is new, and without empty lines at its end. Since the block before it was one
// too, it began where a row begins. A quoted cell that goes over the end of a block is refused
// within the block.
//
// Any other block is read again by the table, and so are its lines and errors what they are
// without blocks.
type csvAhead struct {
	workers int
	size    int   // bytes of a block, about
	from    int64 // where the next block begins at the earliest, by the count of the scanner
	alone   int   // bytes that the table reads alone behind a block that it had to read again
	queue   []*csvBlock
	queued  int64 // bytes of the queue
	free    []*csvBlock
	running sync.WaitGroup
}

// csvBlock is a part of a text that is read as a table of its own.
type csvBlock struct {
	text  []byte
	table *csvTable
	whole bool // it is a part of the table by itself
	done  chan struct{}
}

const (
	// blockBytes are the bytes of a block, so that several are in the processor's cache.
	blockBytes = 1 << 18
	// mostBlockWorkers is the largest number of goroutines for a table.
	mostBlockWorkers = 8
)

// newCSVAhead returns nil where there is one processor.
func newCSVAhead() *csvAhead {
	n := min(runtime.GOMAXPROCS(0), mostBlockWorkers)
	if n == 1 {
		return nil
	}
	return &csvAhead{workers: n, size: blockBytes, alone: blockBytes}
}

// merge adds the rows of the next block to t. It returns false where t is to read the next row
// itself.
func (a *csvAhead) merge(t *csvTable) bool {
	if a == nil || t.scan.count < a.from {
		return false
	}
	if len(a.queue) > 0 || !slices.ContainsFunc(t.columns, func(c *csvColumn) bool { return c.open }) {
		a.start(t)
	}
	if len(a.queue) == 0 {
		a.from = t.scan.count + int64(a.size)
		return false
	}
	b := a.queue[0]
	<-b.done
	if !b.whole || !t.takeOver(b.table) {
		a.giveBack(t)
		a.from = t.scan.count + int64(a.alone)
		a.alone = min(2*a.alone, math.MaxInt/2)
		return false
	}
	a.queue, a.queued = a.queue[1:], a.queued-int64(len(b.text))
	a.free = append(a.free, b)
	a.alone = max(a.alone/2, a.size)
	return true
}

// start cuts blocks and has them read, until there is one more than there are goroutines.
func (a *csvAhead) start(t *csvTable) {
	for len(a.queue) <= a.workers {
		text := t.scan.cut(a.size, a.queued)
		if text == nil {
			return
		}
		b := a.block(t)
		b.text, b.done = append(b.text[:0], text...), make(chan struct{})
		a.queue, a.queued = append(a.queue, b), a.queued+int64(len(text))
		a.running.Go(b.read)
	}
}

// block returns a block that is not in use.
func (a *csvAhead) block(t *csvTable) *csvBlock {
	if last := len(a.free) - 1; last >= 0 {
		b := a.free[last]
		a.free = a.free[:last]
		return b
	}
	return &csvBlock{table: t.part()}
}

// read reads the rows of the block.
func (b *csvBlock) read() {
	defer close(b.done)
	t := b.table
	t.restart(b.text)
	err := t.readTo(mostRows)
	b.whole = err == io.EOF && t.scan.empty == 0
}

// giveBack puts the text of all blocks back.
func (a *csvAhead) giveBack(t *csvTable) {
	var texts [][]byte
	for _, b := range a.queue {
		texts = append(texts, b.text)
	}
	t.scan.putBack(texts)
	a.queue, a.queued = nil, 0
}

// wait waits for the goroutines, whose blocks nobody asks for any more.
func (a *csvAhead) wait() {
	if a != nil {
		a.running.Wait()
	}
}

// cut takes whole lines of about n bytes from the front of the text, which are not counted yet, and
// neither are the queued bytes before them. It returns nil if there are none, and where the text
// becomes longer than the limit. They are valid until the next call of a method.
func (s *csvScanner) cut(n int, queued int64) []byte {
	for len(s.buf)-s.pos < n && s.failure == nil {
		s.fill()
	}
	text := s.buf[s.pos:min(len(s.buf), s.pos+n)]
	end := bytes.LastIndexByte(text, '\n') + 1
	if end == 0 || s.count+queued+int64(end) > s.limit {
		return nil
	}
	s.pos += end
	return text[:end]
}

// putBack puts texts that were cut before the rest of the text.
func (s *csvScanner) putBack(texts [][]byte) {
	s.buf, s.pos = slices.Concat(append(texts, s.buf[s.pos:])...), 0
}
