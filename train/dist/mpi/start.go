//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

// start opens the library, starts MPI and the thread that makes all calls of it.
func start(l launch) (dist.Engine, error) {
	timeout, err := duration(os.Getenv, "SYMGRAD_DIST_TIMEOUT", 20*time.Second)
	if err != nil {
		return nil, err
	}
	wait, err := duration(os.Getenv, "SYMGRAD_DIST_WAIT", 30*time.Minute)
	if err != nil {
		return nil, err
	}
	if err := setUsual(); err != nil {
		return nil, err
	}
	d := &driver{
		timeout: timeout, wait: wait,
		jobs: make(chan *job), aborts: make(chan int, 1),
	}
	opened := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: MPI wants all calls from the thread that started it
		err := d.open(l)
		opened <- err
		if err == nil {
			d.serve()
		}
	}()
	if err := <-opened; err != nil {
		return nil, err
	}
	e := &engine{d: d, job: job{done: make(chan error, 1)}}
	if err := e.gatherNames(); err != nil {
		return nil, err
	}
	return e, nil
}

// startsIn is how long MPI_Init may take before a rank says that it waits. It is a variable for the tests.
var startsIn = 15 * time.Second

// open loads the library and starts MPI.
func (d *driver) open(l launch) error {
	slow := time.AfterFunc(startsIn, func() {
		d.say(fmt.Sprintf("symgrad: %s waits in MPI_Init for %v: all ranks must have come there; one that has not started, or cannot be reached, holds up all", l.self(os.Getenv), startsIn))
	})
	late := time.AfterFunc(d.wait, func() {
		d.say(fmt.Sprintf("symgrad: MPI_Init of %s has not returned for %v", l.self(os.Getenv), d.wait))
		os.Exit(dist.ExitLost)
	})
	var err error
	var code int32
	keepSignals(func() { // loading sets handlers too
		if d.mpi, err = load(l); err == nil {
			code = d.mpi.start()
		}
	})
	slow.Stop()
	late.Stop()
	if err != nil {
		return err
	}
	if err := d.failure("MPI_Init_thread", code); err != nil {
		return err
	}
	if d.rank, code = d.mpi.commRank(); code == 0 {
		d.size, code = d.mpi.commSize()
	}
	if err := d.failure("MPI_Comm_size", code); err != nil {
		return err
	}
	if l.ranks > 0 && l.ranks != d.size {
		return errors.Wrapf(ErrLibrary, "got %d ranks from the library of MPI, want the %d of %s; the launcher is of another MPI than the library, see SYMGRAD_LIBMPI",
			d.size, l.ranks, l.by)
	}
	d.flights = make([]flight, 2*inFlight)
	d.handles = make([]uint64, len(d.flights))
	d.passes = make([]pass, 0, d.size)
	return d.watch()
}

// failure returns the error of a call that returned code.
func (d *driver) failure(call string, code int32) error {
	if code == 0 {
		return nil
	}
	return errors.Errorf("%s: %s", call, d.mpi.errorText(code))
}
