// Package pool runs the parts of one computation on a fixed set of workers.
//
// It owns the worker goroutines, how they are woken, awaited and closed, and which
// worker takes which part: the same ones from run to run, while none is late. It
// does not own how work is cut into parts: a caller that wants the same bits at
// any number of workers must make each part independent of the others and of
// the worker that runs it. Importers: the kernel packages, ir, whose calls carry a
// pool, the executors, graph and train.
package pool

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Pool is a fixed set of workers. The goroutine that calls Run is worker 0; a
// pool of n workers keeps n-1 goroutines. A nil *Pool is a pool of one worker.
// All methods but Close may be called from several goroutines at once.
type Pool struct {
	helpers []*helper
	busy    sync.Mutex // held during a Run that uses the helpers, and for ever after Close
	closed  atomic.Bool

	dry func(parts int) // of a pool that computes nothing, see Dry; else nil

	handoff sync.Once
	nanos   float64 // of Handoff

	// The current job, written while no helper runs.
	f     func(worker, part int)
	used  []*helper // that take part
	even  bool      // each worker has one part
	_     [64]byte  // keeps the counter off the line that all workers read
	share share     // of worker 0
	fault atomic.Pointer[fault]
}

// share is the parts of one worker. Whoever has done its own takes of others'. Each
// has a cache line of its own.
type share struct {
	next atomic.Int64
	end  int64
	_    [48]byte
}

// fault is the first panic of a helper in the current job.
type fault struct{ value any }

// New starts a pool of the given number of workers; fewer than 1 means
// runtime.GOMAXPROCS(0). The pool holds its goroutines until Close.
func New(workers int) *Pool {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{helpers: make([]*helper, workers-1)}
	for i := range p.helpers {
		h := &helper{wake: make(chan struct{}, 1), done: make(chan struct{}, 1)}
		p.helpers[i] = h
		go p.serve(h, i+1)
	}
	return p
}

// Of returns the process's pool of so many workers, started by the first call;
// fewer than 1 means runtime.GOMAXPROCS(0). All who ask for one number share one
// pool, so that its workers spin for one job at a time. It must not be closed.
func Of(workers int) *Pool {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	pools.Lock()
	defer pools.Unlock()
	p := pools.of[workers]
	if p == nil {
		p = New(workers)
		pools.of[workers] = p
	}
	return p
}

var pools = struct {
	sync.Mutex
	of map[int]*Pool
}{of: map[int]*Pool{}}

// Workers returns the number of workers, at least 1. The worker index that Run
// passes is below it.
func (p *Pool) Workers() int {
	if p == nil {
		return 1
	}
	return len(p.helpers) + 1
}

// Run calls f(worker, part) once for each part in [0, parts) and returns when
// all calls have returned. Worker w of n first takes the parts from w·parts/n on,
// so that the same data stays with the same worker from one Run to the next, and
// then those that are left of others'. One worker index is never used by two
// calls at once within one Run, so that scratch memory of this Run can be
// indexed by it.
//
// A Run that finds the pool in use (called from inside a part, from another
// goroutine meanwhile, or after Close) calls f for all parts itself as worker
// 0. Run allocates nothing itself. A panic of f stops the handing out of parts
// and is raised again here with the same value once all workers have stopped.
func (p *Pool) Run(parts int, f func(worker, part int)) {
	if parts <= 1 || p.Workers() == 1 || !p.busy.TryLock() {
		if p != nil && p.dry != nil {
			p.dry(parts)
			return
		}
		for i := range parts {
			f(0, i)
		}
		return
	}
	p.spread(parts, f)
	if x := p.fault.Load(); x != nil {
		p.fault.Store(nil)
		p.busy.Unlock()
		panic(x.value)
	}
	p.busy.Unlock()
}

// spread runs the job on the helpers and the caller. If f panics in the caller,
// the helpers are awaited and the pool is released before the panic goes on.
func (p *Pool) spread(parts int, f func(worker, part int)) {
	p.f, p.used = f, p.helpers[:min(parts-1, len(p.helpers))]
	n := len(p.used) + 1
	p.even = parts == n
	for w := range n {
		s := p.of(w)
		s.next.Store(int64(w * parts / n))
		s.end = int64((w + 1) * parts / n)
	}
	for _, h := range p.used {
		h.post(posted)
	}
	finished := false
	defer func() {
		if !finished {
			p.stop()
		}
		for _, h := range p.used {
			h.await()
		}
		p.f = nil
		if !finished {
			p.fault.Store(nil)
			p.busy.Unlock()
		}
	}()
	p.work(0)
	finished = true
}

// of is the share of a worker.
func (p *Pool) of(worker int) *share {
	if worker == 0 {
		return &p.share
	}
	return &p.helpers[worker-1].share
}

// work takes parts until none is left. Where each worker has one part, only the
// caller looks after the others': it has to wait for them anyway.
func (p *Pool) work(worker int) {
	p.drain(worker, p.of(worker))
	if p.even && worker > 0 {
		return
	}
	n := len(p.used) + 1
	for k := 1; k < n; k++ {
		s := p.of((worker + k) % n)
		if s.next.Load() < s.end {
			p.drain(worker, s)
		}
	}
}

// drain takes the parts of s.
func (p *Pool) drain(worker int, s *share) {
	for {
		i := s.next.Add(1) - 1
		if i >= s.end {
			return
		}
		p.f(worker, int(i))
	}
}

// stop leaves no part to take.
func (p *Pool) stop() {
	for w := range len(p.used) + 1 {
		s := p.of(w)
		s.next.Store(s.end)
	}
}

// Close ends the goroutines once no Run uses them. Later calls of Run use one
// worker. Closing twice, or a nil pool, does nothing. Close must not be called
// from inside a part, which would wait for itself.
func (p *Pool) Close() {
	if p == nil || p.closed.Swap(true) {
		return
	}
	p.busy.Lock()
	for _, h := range p.helpers {
		h.post(quit)
	}
}
