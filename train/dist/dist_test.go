package dist_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/internal/disttest"
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
				if err := disttest.Exchange(e, byte(round), round); err != nil {
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

// closing is an Engine that counts its Close.
type closing struct {
	dist.Engine
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// TestDefault registers a driver: it is opened once, and after Close there is no training alone.
func TestDefault(t *testing.T) {
	if e, err := dist.Default(); e != nil || err != nil || dist.Rank() != 0 || dist.Size() != 1 {
		t.Fatalf("got %v, %v, rank %d of %d without a driver", e, err, dist.Rank(), dist.Size())
	}
	opened, c := 0, &closing{Engine: dist.Local(3)[2]}
	dist.Register("test", func() (dist.Engine, error) { opened++; return c, nil })
	for range 2 {
		if e, err := dist.Default(); e != dist.Engine(c) || err != nil || opened != 1 || dist.Rank() != 2 || dist.Size() != 3 {
			t.Errorf("got %v, %v, rank %d of %d after %d calls of open", e, err, dist.Rank(), dist.Size(), opened)
		}
	}
	for range 2 {
		if err := dist.Close(); err != nil || c.closed != 1 {
			t.Errorf("Close: got %v, closed %d times", err, c.closed)
		}
	}
	if e, err := dist.Default(); e != nil || err == nil || dist.Rank() != 2 || dist.Size() != 3 {
		t.Errorf("got %v, %v, rank %d of %d after Close, want an error", e, err, dist.Rank(), dist.Size())
	}
	defer func() {
		if recover() == nil {
			t.Error("got a second driver")
		}
	}()
	dist.Register("other", nil)
}
