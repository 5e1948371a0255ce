package dist

import (
	"cmp"
	"fmt"
	"os"
	"sync"

	"github.com/pkg/errors"
)

// Local returns the Engines of n ranks within this process, one for each goroutine that plays a
// rank. A call waits until all ranks make it, however long that takes: Close or Abort of a rank that
// does not come ends the calls of the others with an error. It panics for an n below 1.
func Local(n int) []Engine {
	if n < 1 {
		panic(fmt.Sprintf("dist: Local: got %d ranks, want one or more", n))
	}
	h := &hall{send: make([][][]byte, n)}
	h.turn = sync.NewCond(&h.mu)
	list := make([]Engine, n)
	for i := range list {
		list[i] = &local{h: h, rank: i, receive: make([][]byte, n), send: make([][]byte, n)}
	}
	return list
}

// hall is where local ranks meet.
type hall struct {
	mu    sync.Mutex
	turn  *sync.Cond
	here  int        // ranks that have come to the present meeting
	round int        // of the meeting
	send  [][][]byte // send[r][q] is what r has for q
	gone  error      // set when no meeting comes about any more
}

// meet returns when all ranks have called it.
func (h *hall) meet() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone != nil {
		return h.gone
	}
	round := h.round
	if h.here++; h.here == len(h.send) {
		h.here = 0
		h.round++
		h.turn.Broadcast()
		return nil
	}
	for h.round == round && h.gone == nil {
		h.turn.Wait()
	}
	if h.round == round {
		return h.gone
	}
	return nil
}

// end lets all meetings fail.
func (h *hall) end(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone == nil {
		h.gone = why
	}
	h.turn.Broadcast()
}

type local struct {
	h    *hall
	rank int

	receive, send [][]byte // of AllGather and Broadcast
}

func (e *local) Rank() int            { return e.rank }
func (e *local) Size() int            { return len(e.h.send) }
func (e *local) Name(rank int) string { return fmt.Sprintf("rank %d", rank) }
func (e *local) Barrier() error       { return e.h.meet() }

func (e *local) AllToAll(receive, send [][]byte) error {
	if len(receive) != e.Size() || len(send) != e.Size() {
		return errors.Errorf("dist: AllToAll: got %d slices to receive and %d to send, want %d", len(receive), len(send), e.Size())
	}
	e.h.send[e.rank] = send
	if err := e.h.meet(); err != nil {
		return err
	}
	var err error
	for r, p := range receive {
		if q := e.h.send[r][e.rank]; len(q) != len(p) {
			err = errors.Errorf("dist: got %d bytes from rank %d at rank %d, want %d", len(q), r, e.rank, len(p))
			e.h.end(err)
			continue
		}
		copy(p, e.h.send[r][e.rank])
	}
	return cmp.Or(err, e.h.meet()) // then the slices are the caller's again
}

func (e *local) AllGather(all, mine []byte) error {
	n := e.Size()
	if len(all) != n*len(mine) {
		return errors.Errorf("dist: AllGather: got %d bytes for all ranks, want %d of %d", len(all), n, len(mine))
	}
	for r := range e.receive {
		e.receive[r], e.send[r] = all[r*len(mine):(r+1)*len(mine)], mine
	}
	return e.AllToAll(e.receive, e.send)
}

func (e *local) Broadcast(p []byte, root int) error {
	clear(e.receive)
	clear(e.send)
	if e.rank == root {
		for r := range e.send {
			if r != root {
				e.send[r] = p
			}
		}
	} else {
		e.receive[root] = p
	}
	return e.AllToAll(e.receive, e.send)
}

func (e *local) Abort(code int, why string) {
	fmt.Fprintln(os.Stderr, why)
	e.h.end(errors.Errorf("%s aborted with %d: %s", e.Name(e.rank), code, why))
}

func (e *local) Close() error {
	e.h.end(errors.Errorf("%s has called Close", e.Name(e.rank)))
	return nil
}
