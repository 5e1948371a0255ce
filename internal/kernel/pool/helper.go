package pool

import (
	"errors"
	"sync/atomic"
)

// States of a helper. The caller moves idle or parked to posted (or quit) and
// may take posted back to idle; the helper moves posted to running and running
// to idle. Each side goes to sleep by saying so first: parked, awaited.
const (
	idle    int32 = iota // spinning: looks for a job
	parked               // sleeping on wake
	posted               // a job waits to be taken
	running              // working on the job
	awaited              // working, and the caller sleeps on done
	quit                 // the pool is closed
)

// How often a spinning side looks before it sleeps, some millisecond in all, and
// after how many looks it yields: some 10 microseconds. That is longer than what one
// worker does alone between two jobs of a training step, or longer than another one in
// the same job. Waking a sleeping one can take a tenth of that, and yielding costs as
// much as looking a hundred times.
//
// A side that yields where another process wants its core leaves it between two jobs.
// Otherwise the system would take the core within a job sooner or later, for some
// milliseconds, and all others would wait for that part. A job that nobody takes
// meanwhile is done by the caller.
const (
	spins      = 1 << 18
	spinsYield = 1 << 12
)

// helper is the shared state of one goroutine of a pool.
type helper struct {
	state atomic.Int32
	wake  chan struct{} // one token for each parked that was ended
	done  chan struct{} // one token for each awaited that was ended
	_     [40]byte      // puts share on a cache line of its own
	share share         // of the present job
}

// errGoexit is what Run panics with when f ended its goroutine.
var errGoexit = errors.New("pool: the function given to Run called runtime.Goexit on a worker")

// post gives a helper that does not run the state to (posted or quit).
func (h *helper) post(to int32) {
	if h.state.CompareAndSwap(idle, to) {
		return
	}
	// Only the helper itself parks, so it is parked now and stays so.
	h.state.Store(to)
	h.wake <- struct{}{}
}

// await returns once the helper does not run: a job that it did not take yet
// is taken back.
func (h *helper) await() {
	if h.state.CompareAndSwap(posted, idle) {
		return
	}
	for i := 1; i <= spins; i++ {
		if h.state.Load() != running {
			return
		}
		if i%spinsYield == 0 {
			yield()
		}
	}
	if h.state.CompareAndSwap(running, awaited) {
		<-h.done
	}
}

// take waits for a job and moves it to running; false means the pool closed.
func (h *helper) take() bool {
	for i := 1; ; i++ {
		switch h.state.Load() {
		case posted:
			if h.state.CompareAndSwap(posted, running) {
				return true
			}
		case quit:
			return false
		}
		if i%spinsYield == 0 {
			yield()
		}
		if i >= spins && h.state.CompareAndSwap(idle, parked) {
			<-h.wake
			i = 0
		}
	}
}

// serve is the goroutine of a helper.
func (p *Pool) serve(h *helper, worker int) {
	for h.take() {
		if !p.help(h, worker) {
			return
		}
	}
}

// help works on the job and then says that it is done. It keeps the panic of
// the job for the caller of Run. When f ends the goroutine (runtime.Goexit),
// another one takes its place.
func (p *Pool) help(h *helper, worker int) (ok bool) {
	defer func() {
		if !ok {
			x := recover()
			if x == nil {
				x = errGoexit
				go p.serve(h, worker)
			} else {
				ok = true
			}
			p.fault.CompareAndSwap(nil, &fault{x})
			p.stop()
		}
		if h.state.Swap(idle) == awaited {
			h.done <- struct{}{}
		}
	}()
	p.work(worker)
	return true
}
