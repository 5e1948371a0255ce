package dist

import (
	"sync"

	"github.com/pkg/errors"
)

// world is the Engine of the process.
var world struct {
	mu     sync.Mutex
	name   string // of the driver; "" for none
	open   func() (Engine, error)
	opened bool
	closed bool
	engine Engine
	err    error

	rank, size int // of engine, also after Close
}

// Register makes a driver known; the package of a driver calls it when it is imported. open returns
// the Engine of this process, and nil if it was started alone. It is called at most once, by the first
// Default. Register panics if there is a driver already, as two cannot share the ranks.
func Register(name string, open func() (Engine, error)) {
	world.mu.Lock()
	defer world.mu.Unlock()
	if world.name != "" {
		panic("dist: Register: got the driver " + name + " after " + world.name + "; want one")
	}
	world.name, world.open = name, open
}

// Default returns the Engine of the driver that the program has imported, and nil if there is none
// or the process was started alone. The first call starts it; it may be called by several
// goroutines.
//
// Errors: those of the driver, such as a library that is not there; each call returns the same. After
// Close of several ranks it is an error too: they would train alone.
func Default() (Engine, error) {
	world.mu.Lock()
	defer world.mu.Unlock()
	if world.open != nil && !world.opened {
		world.opened = true
		world.engine, world.err = world.open()
		world.err = errors.Wrapf(world.err, "dist: driver %s", world.name)
		if e := world.engine; e != nil {
			world.rank, world.size = e.Rank(), e.Size()
		}
	}
	if world.closed {
		return nil, errors.New("dist: got a call after Close, want Close at the end of the program")
	}
	return world.engine, world.err
}

// Close ends the Engine of Default, if it was started. A main function that may be a rank calls it
// before it returns: a launcher takes a rank that leaves without for a broken one. It waits until all
// ranks have called it: those that are done wait for one that works on by itself, such as with
// Predict. Package mpi ends all after 30 minutes of that: see SYMGRAD_DIST_WAIT there.
func Close() error {
	world.mu.Lock()
	defer world.mu.Unlock()
	e := world.engine
	world.engine = nil
	if e == nil {
		return nil
	}
	world.closed = true
	return errors.Wrap(e.Close(), "dist: Close")
}

// Rank returns the number of this process among those of Default, for a program that prints or writes
// at one of them; 0 if it trains alone or cannot start.
func Rank() int {
	rank, _ := place()
	return rank
}

// Size returns the number of processes that train together; 1 for one alone.
func Size() int {
	_, size := place()
	return max(1, size)
}

// place returns rank and size of the Engine of Default, which it starts; zeros for none.
func place() (rank, size int) {
	if e, err := Default(); e == nil && err == nil {
		return 0, 0
	}
	world.mu.Lock()
	defer world.mu.Unlock()
	return world.rank, world.size
}
