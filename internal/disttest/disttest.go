// Package disttest checks that the Engine of a driver moves what it is given. It takes no testing.T:
// a rank may be a process without one.
package disttest

import (
	"bytes"
	"fmt"

	"github.com/symgrad/symgrad/train/dist"
)

// Exchange makes each call once and returns an error for what did not come as it was sent. All ranks
// call it with the same round and extra. The rank r sends r+2q+extra bytes to the rank q.
func Exchange(e dist.Engine, round byte, extra int) error {
	n, me := e.Size(), e.Rank()
	length := func(from, to int) int { return from + 2*to + extra }
	receive, send := make([][]byte, n), make([][]byte, n)
	for r := range n {
		receive[r], send[r] = make([]byte, length(r, me)), message(length(me, r), me, r, round)
	}
	if err := e.AllToAll(receive, send); err != nil {
		return err
	}
	for r, p := range receive {
		if want := message(length(r, me), r, me, round); !bytes.Equal(p, want) {
			return differ("AllToAll", me, r, p, want)
		}
	}
	// The messages of AllGather and Broadcast have the length extra.
	all, mine := make([]byte, n*extra), message(extra, me, n, round)
	if err := e.AllGather(all, mine); err != nil {
		return err
	}
	for r := range n {
		if p, want := all[r*extra:(r+1)*extra], message(extra, r, n, round); !bytes.Equal(p, want) {
			return differ("AllGather", me, r, p, want)
		}
	}
	for _, root := range []int{0, n - 1, int(round) % n} {
		p := message(extra, me, n+1, round)
		if err := e.Broadcast(p, root); err != nil {
			return err
		}
		if want := message(extra, root, n+1, round); !bytes.Equal(p, want) {
			return differ("Broadcast", me, root, p, want)
		}
	}
	return e.Barrier()
}

// message returns n bytes that no other message of the round has.
func message(n, from, to int, round byte) []byte {
	p := make([]byte, n)
	x := uint32(from*1000+to)*2654435761 + uint32(round)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}

// differ says where the first wrong byte is.
func differ(call string, me, from int, got, want []byte) error {
	for i := range got {
		if got[i] != want[i] {
			return fmt.Errorf("%s: rank %d got byte %d of %d from rank %d as %d, want %d", call, me, i, len(want), from, got[i], want[i])
		}
	}
	return fmt.Errorf("%s: rank %d got %d bytes from rank %d, want %d", call, me, len(got), from, len(want))
}
