//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"github.com/pkg/errors"
)

// inFlight is how many pieces are on their way at once, in each direction.
const inFlight = 8

// longest is the length of the pieces that a message is sent in, so that both directions and several
// ranks get on at the same time. The last piece of a message is shorter, so that a message of another
// length never fits. It is a variable for the tests.
var longest = 256 << 10

// tagData and tagWatch tell the messages of the callers from those of the watchman.
const (
	tagData  = 1
	tagWatch = 2
)

// flight is a piece of a message on its way.
type flight struct {
	on, receive bool
	peer        int
	p           []byte
	before      int // bytes of the message before it
	whole       int // bytes of the message
	pin         runtime.Pinner
}

// queue is what is to be sent, or received, of some passes.
type queue struct {
	receive bool
	passes  []pass
	at      int // bytes of the message of the first one that are on their way
}

// next returns the next piece, and false if there is none.
func (q *queue) next(f *flight) bool {
	for ; len(q.passes) > 0; q.passes = q.passes[1:] {
		to := &q.passes[0]
		peer, p := to.to, to.out
		if q.receive {
			peer, p = to.from, to.in
		}
		if peer < 0 {
			continue
		}
		n := min(len(p)-q.at, longest)
		f.receive, f.peer, f.p, f.before, f.whole = q.receive, peer, p[q.at:q.at+n], q.at, len(p)
		if q.at += n; n < longest {
			q.passes, q.at = q.passes[1:], 0
		}
		return true
	}
	return false
}

// carry does the passes, some pieces at a time, and returns when they are done. After an error the
// flights stay as they are: MPI may still write to the memory.
func (d *driver) carry(passes []pass) error {
	queues := [2]queue{{receive: true, passes: passes}, {passes: passes}}
	open := 0
	p := pause{since: time.Now()}
	for {
		moved := false
		for i := range d.flights {
			f := &d.flights[i]
			if f.on {
				done, err := d.landed(i)
				if err != nil {
					return err
				}
				if !done {
					continue
				}
				moved = true
				open--
			}
			if queues[i/inFlight].next(f) {
				open++
				if err := d.takeOff(i); err != nil {
					return err
				}
			}
		}
		switch {
		case open == 0:
			return nil
		case moved:
			p.vain = time.Time{}
		default:
			if err := d.rest(&p); err != nil {
				return err
			}
		}
	}
}

// takeOff starts a flight.
func (d *driver) takeOff(i int) error {
	f := &d.flights[i]
	f.on = true
	data := unsafe.SliceData(f.p)
	if len(f.p) > 0 {
		f.pin.Pin(data)
	}
	if f.receive {
		return d.failure("MPI_Irecv", d.mpi.irecv(unsafe.Pointer(data), len(f.p), f.peer, tagData, &d.handles[i]))
	}
	return d.failure("MPI_Isend", d.mpi.isend(unsafe.Pointer(data), len(f.p), f.peer, tagData, &d.handles[i]))
}

// landed returns whether a flight is done, and ends it then.
func (d *driver) landed(i int) (bool, error) {
	f := &d.flights[i]
	done, code := d.mpi.testOf(&d.handles[i])
	if code != 0 && f.receive {
		return true, errors.Errorf("from %s to %s: want %d bytes: %s%s", d.name(f.peer), d.name(d.rank), f.whole, d.mpi.errorText(code), d.differ(f, -1))
	}
	if code != 0 {
		return true, errors.Errorf("from %s to %s: %s", d.name(d.rank), d.name(f.peer), d.mpi.errorText(code))
	}
	if !done {
		return false, nil
	}
	if f.receive {
		got, code := d.mpi.received()
		if err := d.failure("MPI_Get_count", code); err != nil {
			return true, err
		}
		if got != len(f.p) {
			return true, errors.Errorf("from %s to %s: got %d bytes, want %d%s", d.name(f.peer), d.name(d.rank), f.before+got, f.whole, d.differ(f, f.before+got))
		}
	}
	f.pin.Unpin()
	f.on, f.p = false, nil
	return true, nil
}

// differ says what the two ranks of a flight do, if got bytes have come and not those it wants; -1 stands
// for more of them. The messages of Close have no bytes.
func (d *driver) differ(f *flight, got int) string {
	here, there := d.name(d.rank), d.name(f.peer)
	switch {
	case got == 0:
		return fmt.Sprintf("; %s has called dist.Close, or makes another call than %s", there, here)
	case f.whole == 0:
		return fmt.Sprintf("; %s has called dist.Close, or makes another call than %s", here, there)
	}
	return fmt.Sprintf("; %s and %s make different calls", here, there)
}

// pause is a wait.
type pause struct {
	since time.Time // of the whole call
	vain  time.Time // of the first poll in vain; zero after one that was not
	sleep time.Duration
	slow  bool // pieces come too rarely to wait awake
}

// rest is called after each poll in vain. It gives way to other threads for a moment, and then sleeps:
// the longer, the longer the call has taken. Once it has slept in a call, it does not wait awake again,
// because the processor is for those who compute. In the meantime it looks after the other ranks.
func (d *driver) rest(p *pause) error {
	const awake, least, most = 200 * time.Microsecond, 5 * time.Microsecond, 500 * time.Microsecond
	now := time.Now()
	if p.vain.IsZero() {
		p.vain, p.sleep = now, max(least, p.sleep/2)
	}
	if p.slow = p.slow || now.Sub(p.vain) >= awake; !p.slow {
		yield()
		return nil
	}
	time.Sleep(p.sleep)
	p.sleep = min(2*p.sleep, max(least, min(now.Sub(p.since)/16, most)))
	d.look(now)
	select {
	case code := <-d.aborts:
		d.abort(code)
	default:
	}
	if now.Sub(p.since) > d.wait {
		d.overdue(now.Sub(p.since))
	}
	return d.gone
}
