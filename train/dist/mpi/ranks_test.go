//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/disttest"
	"github.com/symgrad/symgrad/train/dist"
)

// parts are what the ranks of the tests do. A test starts them by name.
var parts = map[string]func(dist.Engine) error{
	"exchange": partExchange,
	"compute":  partCompute,
	"lengths":  partLengths,
	"closed":   partClosed,
	"crowd":    partCrowd,
	"late":     partExchange,
	"work":     partWork,
	"missing":  partMissing,
	"leave":    partLeave,
	"abort":    partAbort,
	"twice":    partTwice,
}

// play plays the part of a rank and returns the exit status.
func play(part string) int {
	if part == "late" {
		startsIn = 300 * time.Millisecond
		if os.Getenv("OMPI_COMM_WORLD_RANK") == "1" || os.Getenv("PMI_RANK") == "1" {
			time.Sleep(3 * time.Second)
		}
	}
	e, err := dist.Default()
	if err == nil && e == nil {
		err = errors.New("no launcher has started this process")
	}
	if err == nil {
		// One write, as the ranks share the output.
		fmt.Printf("process %d is %s\n", os.Getpid(), e.Name(e.Rank()))
		err = parts[part](e)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return 0
}

func partExchange(e dist.Engine) error {
	if err := pprof.StartCPUProfile(io.Discard); err != nil { // its signals come amid the calls
		return err
	}
	round := byte(0)
	exchange := func(lengths ...int) error {
		for _, n := range lengths {
			round++
			if err := disttest.Exchange(e, round, n); err != nil {
				return errors.Wrapf(err, "%d bytes", n)
			}
		}
		return nil
	}
	if err := exchange(0, 1, 7, 64, 4095, 4096, 4097, 65537, 3<<20); err != nil {
		return err
	}
	for range 300 {
		if err := exchange(5); err != nil {
			return err
		}
	}
	longest = 1000
	if err := exchange(999, 1000, 1001, 2000, 12345); err != nil {
		return err
	}
	pprof.StopCPUProfile()
	if err := nilPanics(); err != nil {
		return err
	}
	return leave(e)
}

// nilPanics checks that the handler of SIGSEGV is Go's.
func nilPanics() (err error) {
	defer func() {
		if recover() == nil {
			err = errors.New("got no panic from a nil pointer")
		}
	}()
	var p *dist.Engine
	_ = (*p).Size()
	return nil
}

// leave closes the Engine and checks that it is gone.
func leave(e dist.Engine) error {
	if err := dist.Close(); err != nil {
		return err
	}
	if e, err := dist.Default(); e != nil || err == nil {
		return errors.Errorf("got the Engine %v and the error %v after Close, want an error", e, err)
	}
	if err := e.Barrier(); err == nil {
		return errors.New("got no error from Barrier after Close")
	}
	return nilPanics()
}

// partCompute has a rank that computes for longer than the time without a sign of life.
func partCompute(e dist.Engine) error {
	if e.Rank() == e.Size()-1 {
		for end := time.Now().Add(8 * time.Second); time.Now().Before(end); {
		}
	}
	if err := e.Barrier(); err != nil {
		return err
	}
	return leave(e)
}

// partLengths has a last rank that wants other lengths than rank 0 sends.
func partLengths(e dist.Engine) error {
	n := map[string]int{"": 100, "short": 90, "long": 110, "piece": 1100}[os.Getenv("SYMGRAD_MPI_LENGTH")]
	longest = 1000
	if e.Rank() != e.Size()-1 {
		n = 100
	}
	err := e.Barrier() // all have started
	if err == nil {
		err = e.Broadcast(make([]byte, n), 0)
	}
	if err == nil { // the error is that of another rank
		err = e.Barrier()
	}
	if err == nil {
		return errors.New("no error")
	}
	if again := e.Broadcast(make([]byte, 5), 0); again == nil || !strings.Contains(again.Error(), errors.Cause(err).Error()) {
		return errors.Errorf("got the error %v after %v, want the same", again, err)
	}
	fmt.Printf("%s has the error: %v\n", e.Name(e.Rank()), err)
	time.Sleep(time.Second) // until the others have theirs
	return errors.New("as it must be")
}

// partClosed has a rank that calls Close while the others go on.
func partClosed(e dist.Engine) error {
	err := e.Barrier()
	if err == nil && e.Rank() == 1 {
		err = dist.Close()
	} else if err == nil {
		err = e.AllGather(make([]byte, 416*e.Size()), make([]byte, 416))
	}
	time.Sleep(time.Second) // until the others have theirs
	return err
}

// partCrowd has a rank that makes two calls at once.
func partCrowd(e dist.Engine) error {
	if e.Rank() > 0 {
		time.Sleep(time.Second)
	} else {
		first := make(chan error)
		go func() { first <- e.Barrier() }()
		time.Sleep(100 * time.Millisecond)
		if err := e.Barrier(); err == nil || !strings.Contains(err.Error(), "one at a time") {
			return errors.Errorf("got %v from a second call at the same time, want an error", err)
		}
		if err := <-first; err != nil {
			return err
		}
		return leave(e)
	}
	if err := e.Barrier(); err != nil {
		return err
	}
	return leave(e)
}

// partWork goes on until something ends it.
func partWork(e dist.Engine) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if err := disttest.Exchange(e, 1, 100000); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("nothing has ended it")
}

// partMissing has a rank that is alive and does not come.
func partMissing(e dist.Engine) error {
	if e.Rank() == 1 {
		time.Sleep(time.Minute)
	}
	return e.Barrier()
}

// partLeave has a rank that ends without Close.
func partLeave(e dist.Engine) error {
	if err := e.Barrier(); err != nil {
		return err
	}
	if e.Rank() == 1 {
		os.Exit(0)
	}
	return e.Barrier()
}

// partAbort has a rank that ends all.
func partAbort(e dist.Engine) error {
	if err := e.Barrier(); err != nil {
		return err
	}
	if e.Rank() == 1 {
		e.Abort(7, "symgrad: the test ends")
	}
	time.Sleep(time.Minute)
	return nil
}

// partTwice checks that all allocations of calls are made by the first ones.
func partTwice(e dist.Engine) error {
	receive, send := make([][]byte, e.Size()), make([][]byte, e.Size())
	for r := range receive {
		receive[r], send[r] = make([]byte, 5000), make([]byte, 5000)
	}
	all, mine := make([]byte, 100*e.Size()), make([]byte, 100)
	var err error
	calls := func() {
		if err == nil {
			err = e.AllToAll(receive, send)
		}
		if err == nil {
			err = e.AllGather(all, mine)
		}
		if err == nil {
			err = e.Broadcast(mine, 0)
		}
		if err == nil {
			err = e.Barrier()
		}
	}
	for range 10 {
		calls()
	}
	got := allocations(100, calls)
	if err == nil && got > 50 { // a few are of the runtime
		err = errors.Errorf("got %d allocations of 400 calls, want none", got)
	}
	if err != nil {
		return err
	}
	return leave(e)
}
