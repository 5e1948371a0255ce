package main

import (
	"context"
	"io"
)

// interruptible reads until its context ends: a read that waits for input then ends at once with
// the cause, such as Ctrl-C, and so do all that follow.
type interruptible struct {
	ctx  context.Context
	from io.Reader
	buf  []byte
	have []byte    // of buf, read and not yet taken
	err  error     // that follows have
	got  chan part // the result of the read under way; nil for none
}

// part is what a read returned.
type part struct {
	n   int
	err error
}

// Read reads.
func (r *interruptible) Read(p []byte) (int, error) {
	if len(r.have) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.have)
	r.have = r.have[n:]
	if n == 0 && len(p) > 0 {
		return 0, r.err
	}
	return n, nil
}

// fill waits for the next bytes, or for the end of the context.
func (r *interruptible) fill() error {
	if r.got == nil {
		if r.buf == nil {
			r.buf = make([]byte, 1<<16)
		}
		got := make(chan part, 1)
		go func() {
			n, err := r.from.Read(r.buf)
			got <- part{n, err}
		}()
		r.got = got
	}
	select {
	case p := <-r.got:
		r.got, r.have, r.err = nil, r.buf[:p.n], p.err
		return nil
	case <-r.ctx.Done():
		r.err = context.Cause(r.ctx)
		return r.err
	}
}
