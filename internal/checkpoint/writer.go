package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/symgrad/symgrad/internal/safetensors"
)

// Kind says which files a Job writes.
type Kind uint8

// The kinds, which may be added.
const (
	OfStep Kind = 1 << iota // the file of the step
	OfBest                  // the best file
)

// Job is what a Writer writes.
type Job struct {
	Step    int
	As      Kind              // 0 for OfStep
	Meta    map[string]string // is copied
	Tensors []safetensors.View
}

// Written is a file that has been written, or has not.
type Written struct {
	Step int
	As   Kind          // OfStep or OfBest
	Path string        // "" if the file is not in place
	Took time.Duration // from the start of the writing
	Err  error         // ErrReplaced if a newer Job came before it was begun
}

// ErrReplaced is the error of a Job that a newer one has replaced.
var ErrReplaced = errors.New("replaced by a newer checkpoint")

// WriterOptions are the settings of a Writer. The zero value waits.
type WriterOptions struct {
	// Replace lets a Job that comes while a file is written wait aside, in memory of
	// its own, where a later one replaces it. By default Snapshot waits until the
	// file is written, and there is memory for one copy.
	Replace bool
}

// Writer writes to a Folder on a goroutine of its own, from a copy, so that the
// training goes on. Its methods are safe for several goroutines.
type Writer struct {
	folder  *Folder
	replace bool

	mu      sync.Mutex
	changed chan struct{} // closed and made anew when something changes
	next    *copied       // waits to be written
	writing bool
	spare   []*copied // memory to use again
	done    []Written // since the last Poll
	closed  bool
	ended   chan struct{} // closed when the goroutine has ended; nil before it is started
}

// copied is a Job with tensors in memory of its own.
type copied struct {
	job     Job
	memory  []byte
	tensors []safetensors.View
}

// NewWriter returns a Writer to f. Close ends it; f stays open.
func NewWriter(f *Folder, o WriterOptions) *Writer {
	return &Writer{folder: f, replace: o.Replace, changed: make(chan struct{})}
}

// Snapshot copies the data of the tensors and returns; they are written later, and
// Poll tells. The caller may then change the data, but not the shapes. If it has to
// wait for the writing of an earlier Job, it does so before it copies. With
// WriterOptions.Replace it waits only where a Job for the best file would be replaced
// by one that is not.
//
// Errors: ErrClosed; the error of ctx, if that ends the waiting.
func (w *Writer) Snapshot(ctx context.Context, j Job) error {
	if j.As == 0 {
		j.As = OfStep
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.closed && !w.takes(j) {
		if err := w.wait(ctx); err != nil {
			return fmt.Errorf("checkpoint: wait for the file before: %w", err)
		}
	}
	if w.closed {
		return fmt.Errorf("checkpoint: Snapshot: %w", ErrClosed)
	}
	if old := w.next; old != nil {
		w.report(old, time.Time{}, "", ErrReplaced)
		w.spare = append(w.spare, old)
	}
	c := &copied{}
	if n := len(w.spare); n > 0 {
		c, w.spare = w.spare[n-1], w.spare[:n-1]
	}
	c.take(j)
	w.next = c
	if w.ended == nil {
		w.ended = make(chan struct{})
		go w.work()
	}
	w.change()
	return nil
}

// takes says whether j need not wait.
func (w *Writer) takes(j Job) bool {
	switch {
	case !w.replace:
		return w.next == nil && !w.writing
	case w.next == nil:
		return true
	}
	return w.next.job.As&OfBest == 0 || j.As&OfBest != 0
}

// take copies j.
func (c *copied) take(j Job) {
	total := 0
	for _, t := range j.Tensors {
		total += len(t.Data)
	}
	if cap(c.memory) < total {
		c.memory = make([]byte, total)
	}
	rest := c.memory[:total]
	c.tensors = c.tensors[:0]
	for _, t := range j.Tensors {
		n := copy(rest, t.Data)
		t.Data, rest = rest[:n:n], rest[n:]
		c.tensors = append(c.tensors, t)
	}
	j.Meta, j.Tensors = maps.Clone(j.Meta), nil
	c.job = j
}

// wait waits, without the lock, for a change.
func (w *Writer) wait(ctx context.Context) error {
	changed := w.changed
	w.mu.Unlock()
	defer w.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Writer) change() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// report adds what became of a job to what Poll returns.
func (w *Writer) report(c *copied, begin time.Time, path string, err error) {
	for _, kind := range []Kind{OfStep, OfBest} {
		if c.job.As&kind != 0 {
			w.add(c, kind, begin, path, err)
		}
	}
}

func (w *Writer) add(c *copied, kind Kind, begin time.Time, path string, err error) {
	took := time.Duration(0)
	if !begin.IsZero() {
		took = time.Since(begin)
	}
	w.done = append(w.done, Written{c.job.Step, kind, path, took, err})
}

// work writes until Close.
func (w *Writer) work() {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer close(w.ended)
	for {
		for w.next == nil {
			if w.closed {
				return
			}
			_ = w.wait(context.Background())
		}
		c := w.next
		w.next, w.writing = nil, true
		w.change()
		for _, kind := range []Kind{OfStep, OfBest} {
			if c.job.As&kind == 0 {
				continue
			}
			w.mu.Unlock()
			begin := time.Now()
			path, err := w.write(c, kind)
			w.mu.Lock()
			w.add(c, kind, begin, path, err)
		}
		w.writing = false
		w.spare = append(w.spare, c)
		w.change()
	}
}

// write writes one file. A panic is an error.
func (w *Writer) write(c *copied, kind Kind) (path string, err error) {
	defer func() {
		if r := recover(); r != nil {
			path, err = "", fmt.Errorf("checkpoint: panic: %v", r)
		}
	}()
	if kind == OfBest {
		return w.folder.WriteBest(c.job.Meta, c.tensors)
	}
	return w.folder.Write(c.job.Step, c.job.Meta, c.tensors)
}

// Poll returns what has been written, replaced or has failed since the last Poll, in
// order. It does not wait. Without anything new it is nil.
func (w *Writer) Poll() []Written {
	w.mu.Lock()
	defer w.mu.Unlock()
	done := w.done
	w.done = nil
	return done
}

// Wait waits until everything is written. Errors: that of ctx, if it ends the waiting.
func (w *Writer) Wait(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.next != nil || w.writing {
		if err := w.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close waits until everything is written, ends the goroutine and frees the memory.
// Poll then still returns what is new. A second Close waits too.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		w.change()
	}
	ended := w.ended
	w.mu.Unlock()
	if ended != nil {
		<-ended
	}
	w.mu.Lock()
	w.spare = nil
	w.mu.Unlock()
}
