package columnar

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// guard calls a function that calls the library, and returns its error or panic as a
// data.ErrFormat: the library panics on some files that are damaged.
func guard(f func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case tooMuch:
			err = mistake.Newf(data.ErrFormat, "got a file that takes more than %d bytes of memory at a time, want fewer (MaxBytes)", r)
		default:
			err = mistake.Newf(data.ErrFormat, "got a damaged file (%v), want a whole one", r)
		}
	}()
	return f()
}

// format returns an error of the library as one about the file.
func format(err error) error {
	if err == nil {
		return nil
	}
	return mistake.Newf(data.ErrFormat, "got a damaged file (%v), want a whole one", err)
}

// limited is an allocator with a limit. It panics with tooMuch, as allocators cannot return an
// error.
type limited struct {
	memory.Allocator
	used *atomic.Int64
	most int64
}

// tooMuch is the limit.
type tooMuch int64

func newLimited(most int64) limited {
	return limited{memory.NewGoAllocator(), new(atomic.Int64), most}
}

// Allocate returns memory of a size.
func (l limited) Allocate(size int) []byte {
	l.take(size)
	return l.Allocator.Allocate(size)
}

// Reallocate returns b with another size.
func (l limited) Reallocate(size int, b []byte) []byte {
	l.take(size)
	l.used.Add(-int64(len(b)))
	return l.Allocator.Reallocate(size, b)
}

// Free gives memory back.
func (l limited) Free(b []byte) {
	l.used.Add(-int64(len(b)))
	l.Allocator.Free(b)
}

// take counts an allocation.
func (l limited) take(size int) {
	if used := l.used.Add(int64(size)); used > l.most || size < 0 {
		l.used.Add(-int64(size))
		panic(tooMuch(l.most))
	}
}

// about adds the file to an error.
func about(err error, path string) error { return errors.WithMessagef(err, "%q", path) }
