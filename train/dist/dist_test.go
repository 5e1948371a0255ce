package dist_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/train/dist"
)

// onAll calls f as each of n ranks at once, and returns the errors by rank.
func onAll(n int, f func(dist.Engine) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for r, e := range dist.Local(n) {
		all.Go(func() { errs[r] = f(e) })
	}
	all.Wait()
	return errs
}

func TestLocal(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8} {
		err := errors.Join(onAll(n, func(e dist.Engine) error {
			for round := range 20 {
				if err := exchange(e, byte(round)); err != nil {
					return err
				}
			}
			return nil
		})...)
		if err != nil {
			t.Errorf("%d ranks: %v", n, err)
		}
	}
}

// exchange makes each call once and checks what has come.
func exchange(e dist.Engine, round byte) error {
	n, me := e.Size(), e.Rank()
	message := func(from, to int) []byte { return bytes.Repeat([]byte{byte(10*from+to) + round}, from+2*to) }
	receive, send := make([][]byte, n), make([][]byte, n)
	for r := range n {
		receive[r], send[r] = make([]byte, len(message(r, me))), message(me, r)
	}
	if err := e.AllToAll(receive, send); err != nil {
		return err
	}
	for r, p := range receive {
		if !bytes.Equal(p, message(r, me)) {
			return fmt.Errorf("AllToAll: rank %d got %v from rank %d, want %v", me, p, r, message(r, me))
		}
	}
	all, want := make([]byte, 3*n), []byte(nil)
	for r := range n {
		want = append(want, byte(r)+round, 1, 2)
	}
	if err := e.AllGather(all, []byte{byte(me) + round, 1, 2}); err != nil {
		return err
	}
	if !bytes.Equal(all, want) {
		return fmt.Errorf("AllGather: rank %d got %v, want %v", me, all, want)
	}
	root := int(round) % n
	p := []byte{byte(me), round}
	if err := e.Broadcast(p, root); err != nil {
		return err
	}
	if p[0] != byte(root) || p[1] != round {
		return fmt.Errorf("Broadcast: rank %d got %v, want [%d %d]", me, p, root, round)
	}
	return e.Barrier()
}

// TestLocalErrors checks that an error at one rank ends the calls of all.
func TestLocalErrors(t *testing.T) {
	for r, err := range onAll(3, func(e dist.Engine) error {
		n := 4
		if e.Rank() == 1 {
			n = 5
		}
		err := e.Broadcast(make([]byte, n), 0)
		if err == nil {
			err = e.Barrier()
		}
		return err
	}) {
		if err == nil {
			t.Errorf("rank %d: got no error after one of 5 bytes among those of 4", r)
		}
	}
	for r, err := range onAll(2, func(e dist.Engine) error {
		if e.Rank() == 0 {
			e.Abort(dist.ExitLost, "the test ends")
			return nil
		}
		return e.Barrier()
	}) {
		if (err == nil) != (r == 0) {
			t.Errorf("rank %d: got the error %v after Abort of rank 0", r, err)
		}
	}
}
