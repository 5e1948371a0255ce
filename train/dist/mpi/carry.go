//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"runtime"
	"time"
	"unsafe"

	"github.com/pkg/errors"
)

// inFlight is how many passes are on their way at once.
const inFlight = 8

// longest is the length of the pieces that a message is sent in: MPI counts bytes with 32 bits. The
// last piece of a message is shorter, so that a message of another length never fits. It is a
// variable for the tests.
var longest = 1 << 30

// tagData and tagWatch tell the messages of the callers from those of the watchman.
const (
	tagData  = 1
	tagWatch = 2
)

// flight is a message on its way.
type flight struct {
	on, receive bool
	peer        int
	rest        []byte // from the piece on its way on
	done        int    // bytes before it
	pin         runtime.Pinner
}

// carry does the passes, some at a time, and returns when they are done. After an error the flights
// stay as they are: MPI may still write to the memory.
func (d *driver) carry(passes []pass) error {
	next, open := 0, 0
	p := pause{since: time.Now()}
	for {
		for ; next < len(passes) && open+2 <= len(d.flights); next++ {
			q := &passes[next]
			if q.from >= 0 {
				open++
				if err := d.takeOff(q.from, q.in, true); err != nil {
					return err
				}
			}
			if q.to >= 0 {
				open++
				if err := d.takeOff(q.to, q.out, false); err != nil {
					return err
				}
			}
		}
		if open == 0 {
			return nil
		}
		moved := false
		for i := range d.flights {
			if !d.flights[i].on {
				continue
			}
			some, err := d.advance(i)
			if err != nil {
				return err
			}
			moved = moved || some
			if !d.flights[i].on {
				open--
			}
		}
		if moved {
			p.vain = time.Time{}
			continue
		}
		if err := d.rest(&p); err != nil {
			return err
		}
	}
}

// takeOff starts a message.
func (d *driver) takeOff(peer int, p []byte, receive bool) error {
	i := 0
	for d.flights[i].on {
		i++
	}
	f := &d.flights[i]
	f.on, f.receive, f.peer, f.rest, f.done = true, receive, peer, p, 0
	if len(p) > 0 {
		f.pin.Pin(unsafe.SliceData(p))
	}
	return d.piece(i)
}

// piece starts the next piece of a flight.
func (d *driver) piece(i int) error {
	f, n := &d.flights[i], min(len(d.flights[i].rest), longest)
	if f.receive {
		return d.failure("MPI_Irecv", d.mpi.irecv(unsafe.Pointer(unsafe.SliceData(f.rest)), n, f.peer, tagData, &d.handles[i]))
	}
	return d.failure("MPI_Isend", d.mpi.isend(unsafe.Pointer(unsafe.SliceData(f.rest)), n, f.peer, tagData, &d.handles[i]))
}

// advance returns whether the piece of a flight is done, and starts the next one or ends the flight.
func (d *driver) advance(i int) (bool, error) {
	f := &d.flights[i]
	done, code := d.mpi.testOf(&d.handles[i])
	n := min(len(f.rest), longest)
	if code != 0 && f.receive {
		return true, errors.Errorf("from %s to %s: want %d bytes: %s", d.name(f.peer), d.name(d.rank), f.done+len(f.rest), d.mpi.errorText(code))
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
		if got != n {
			return true, errors.Errorf("from %s to %s: got %d bytes, want %d", d.name(f.peer), d.name(d.rank), f.done+got, f.done+len(f.rest))
		}
	}
	f.rest, f.done = f.rest[n:], f.done+n
	if n == longest {
		return true, d.piece(i)
	}
	f.pin.Unpin()
	f.on, f.rest = false, nil
	return true, nil
}

// pause is a wait.
type pause struct {
	since time.Time // of the whole call
	vain  time.Time // of the first poll in vain; zero after one that was not
	sleep time.Duration
}

// rest is called after each poll in vain. It gives way to other threads for a moment, and then sleeps
// longer and longer, up to a twentieth of a millisecond. In the meantime it looks after the other ranks.
func (d *driver) rest(p *pause) error {
	const spin, least, most = 200 * time.Microsecond, 5 * time.Microsecond, 50 * time.Microsecond
	now := time.Now()
	if p.vain.IsZero() {
		p.vain, p.sleep = now, least
	}
	if now.Sub(p.vain) < spin {
		yield()
		return nil
	}
	time.Sleep(p.sleep)
	p.sleep = min(2*p.sleep, most)
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
