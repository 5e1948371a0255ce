package pool

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// check runs parts on p and wants each exactly once, on a worker of the pool
// that no other call uses at the same time.
func check(t *testing.T, p *Pool, parts int) {
	t.Helper()
	hits := make([]atomic.Int32, parts)
	inUse := make([]atomic.Int32, p.Workers())
	p.Run(parts, func(w, i int) {
		if inUse[w].Add(1) != 1 {
			t.Errorf("worker %d used twice at once", w)
		}
		hits[i].Add(1)
		inUse[w].Add(-1)
	})
	for i := range hits {
		if n := hits[i].Load(); n != 1 {
			t.Errorf("%d workers, %d parts: part %d ran %d times", p.Workers(), parts, i, n)
		}
	}
}

func TestRun(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		p := New(workers)
		if p.Workers() != workers {
			t.Errorf("New(%d) has %d workers", workers, p.Workers())
		}
		for _, parts := range []int{-1, 0, 1, 2, 3, 7, 64, 1000} {
			check(t, p, max(parts, 0))
		}
		for range 300 {
			check(t, p, 5)
		}
		p.Close()
		p.Close()
		check(t, p, 9)
	}
	var none *Pool
	check(t, none, 5)
	none.Close()
	if none.Workers() != 1 {
		t.Error("a nil pool has other than one worker")
	}
}

func TestDefaults(t *testing.T) {
	p := New(0)
	defer p.Close()
	if p.Workers() != runtime.GOMAXPROCS(0) {
		t.Errorf("New(0) has %d workers", p.Workers())
	}
	if p := Of(0); p != Of(0) || p.Workers() != runtime.GOMAXPROCS(0) {
		t.Error("Of(0) is not one pool of GOMAXPROCS workers")
	}
	check(t, Of(0), 17)
}

// TestParallel proves that parts run at the same time: each waits for all.
func TestParallel(t *testing.T) {
	const n = 4
	p := New(n)
	defer p.Close()
	for range 50 {
		var meet sync.WaitGroup
		meet.Add(n)
		p.Run(n, func(_, _ int) {
			meet.Done()
			meet.Wait()
		})
	}
}

// TestOneProcessor lets workers that need each other share one processor: who waits
// lets the others run.
func TestOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const n = 3
	p := New(n)
	defer p.Close()
	for range 20 {
		var here atomic.Int32
		p.Run(n, func(_, _ int) {
			here.Add(1)
			for here.Load() < n {
				yield()
			}
		})
		check(t, p, 7)
	}
}

// TestParked lets workers fall asleep and the caller wait long.
func TestParked(t *testing.T) {
	p := New(3)
	defer p.Close()
	for range 5 {
		time.Sleep(5 * time.Millisecond)
		var meet sync.WaitGroup
		meet.Add(3)
		p.Run(3, func(w, _ int) {
			meet.Done()
			meet.Wait()
			if w != 0 {
				time.Sleep(3 * time.Millisecond)
			}
		})
	}
}

func TestNested(t *testing.T) {
	p := New(4)
	defer p.Close()
	var n atomic.Int32
	p.Run(8, func(_, _ int) {
		p.Run(8, func(w, _ int) {
			if w != 0 {
				t.Errorf("nested part on worker %d", w)
			}
			n.Add(1)
		})
	})
	if n.Load() != 64 {
		t.Errorf("%d nested parts ran, want 64", n.Load())
	}
}

func TestConcurrent(t *testing.T) {
	p := New(3)
	defer p.Close()
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 200 {
				check(t, p, 7)
			}
		})
	}
	all.Wait()
}

// raised returns what f panics with.
func raised(f func()) (x any) {
	defer func() { x = recover() }()
	f()
	return nil
}

func TestPanic(t *testing.T) {
	p := New(3)
	defer p.Close()
	boom := errors.New("boom")
	for range 50 {
		for _, bad := range []int{0, 1, 2} {
			var meet sync.WaitGroup
			meet.Add(3)
			x := raised(func() {
				p.Run(3, func(w, _ int) {
					meet.Done()
					meet.Wait()
					if w == bad {
						panic(boom)
					}
				})
			})
			if x != boom {
				t.Fatalf("panic on worker %d came back as %v", bad, x)
			}
			check(t, p, 6)
		}
	}
}

func TestGoexit(t *testing.T) {
	p := New(2)
	defer p.Close()
	var meet sync.WaitGroup
	meet.Add(2)
	x := raised(func() {
		p.Run(2, func(w, _ int) {
			meet.Done()
			meet.Wait()
			if w == 1 {
				runtime.Goexit()
			}
		})
	})
	if x != errGoexit {
		t.Fatalf("Goexit on a worker came back as %v", x)
	}
	meet.Add(2)
	p.Run(2, func(_, _ int) { meet.Done(); meet.Wait() })
}

func TestCloseEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := New(5)
		check(t, p, 10)
		p.Close()
	}
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after Close", before, runtime.NumGoroutine())
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAllocs(t *testing.T) {
	p := New(4)
	defer p.Close()
	var sum [4]int
	f := func(w, _ int) { sum[w]++ }
	if n := testing.AllocsPerRun(500, func() { p.Run(16, f) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
}

func BenchmarkRun(b *testing.B) {
	p := New(2)
	defer p.Close()
	f := func(_, _ int) {}
	for b.Loop() {
		p.Run(2, f)
	}
}

// TestHandoff wants a time that processors can have, or none if they are all busy, the
// same one at each call, and none where nobody answers.
func TestHandoff(t *testing.T) {
	var none *Pool
	if ns := none.Handoff(); ns != 0 {
		t.Errorf("one worker: got %v", ns)
	}
	p := New(2)
	ns := p.Handoff()
	if ns != 0 && !(ns > 5 && ns < 1e6) {
		t.Errorf("two workers: got %v ns", ns)
	}
	if again := p.Handoff(); again != ns {
		t.Errorf("got %v and %v", ns, again)
	}
	p = New(2)
	p.Close()
	if ns := p.Handoff(); ns != 0 {
		t.Errorf("closed: got %v", ns)
	}
}
