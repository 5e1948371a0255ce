package pool

import (
	"sync/atomic"
	"time"
)

// Handoff is about how many nanoseconds pass until one worker sees what another one
// has written, and that one the answer: some hundred, or half a thousand where they
// share no cache. The first call measures it, in a millisecond or so; it is 0 for one
// worker, and if no other one answers in that time.
func (p *Pool) Handoff() float64 {
	if p.Workers() == 1 {
		return 0
	}
	p.handoff.Do(func() {
		const tries, patience = 8, 2 * time.Millisecond
		start := time.Now()
		for n := 0; n < tries && time.Since(start) < patience; {
			if ns := p.pingPong(); ns > 0 { // it takes a while to wake a worker
				n++
				if n == 1 || ns < p.nanos {
					p.nanos = ns
				}
			}
		}
	})
	return p.nanos
}

// pingPong lets two workers answer each other. It returns the time of one answer to
// an answer, and 0 if one of them did not come.
func (p *Pool) pingPong() float64 {
	const (
		rounds  = 20
		patient = 1 << 14 // looks
	)
	var turn atomic.Int64
	var took time.Duration
	p.Run(2, func(_, part int) {
		start := time.Now()
		for k := range rounds {
			mine := int64(2*k + part)
			for i := 0; turn.Load() != mine; i++ {
				if i == patient {
					return
				}
			}
			if turn.Store(mine + 1); k == 0 {
				start = time.Now() // both are there
			}
		}
		if part == 1 {
			took = time.Since(start)
		}
	})
	return float64(took) / (rounds - 1)
}
