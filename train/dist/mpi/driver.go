//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/pkg/errors"
)

// driver makes all calls of MPI, on one thread.
type driver struct {
	mpi           *library
	rank, size    int
	timeout, wait time.Duration
	jobs          chan *job
	aborts        chan int // the exit status of an Abort
	names         atomic.Pointer[[]string]

	flights []flight
	handles []uint64 // of the flights; apart, because C sees them
	passes  []pass
	gone    error // set by the first error; all later calls return it
	closed  bool

	watchman
}

// serve makes the calls until Close.
func (d *driver) serve() {
	tick := time.NewTicker(d.beat / 4)
	defer tick.Stop()
	for {
		select {
		case j := <-d.jobs:
			j.done <- d.make(j)
		case <-tick.C:
			if !d.closed {
				d.look(time.Now())
			}
		case code := <-d.aborts:
			d.abort(code)
		}
	}
}

// make makes the call of a job.
func (d *driver) make(j *job) error {
	if d.closed {
		return errors.Errorf("mpi: %v: the Engine is closed", j.call)
	}
	if d.gone == nil {
		d.begin()
		if err := d.collective(j); err != nil {
			d.fail(err)
		}
		clear(d.passes[:cap(d.passes)]) // the slices are the caller's
	}
	return errors.Wrapf(d.gone, "mpi: %v", j.call)
}

func (d *driver) collective(j *job) error {
	switch j.call {
	case callAllToAll:
		return d.allToAll(j.receive, j.send)
	case callBroadcast:
		return d.broadcast(j.p, j.root)
	case callBarrier:
		return d.barrier()
	}
	return d.finalize()
}

// name returns where a rank runs.
func (d *driver) name(rank int) string {
	if list := d.names.Load(); list != nil {
		return (*list)[rank]
	}
	return fmt.Sprintf("rank %d", rank)
}

// say writes a line to the error output.
func (d *driver) say(line string) { fmt.Fprintln(os.Stderr, line) }

// finalize ends MPI, when all ranks have come.
func (d *driver) finalize() error {
	if err := d.barrier(); err != nil {
		return err
	}
	if err := d.farewell(); err != nil {
		return err
	}
	var code int32
	keepSignals(func() { code = d.mpi.stop() })
	d.closed = true
	d.resting.Store(true)
	if code != 0 {
		return errors.Errorf("MPI_Finalize returned %d", code)
	}
	return nil
}
