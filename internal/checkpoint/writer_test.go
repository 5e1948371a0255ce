package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// gate is a disk whose Create waits until it is let through.
type gate struct {
	atomicfile.Disk
	begun chan string
	open  chan struct{}
	err   error
}

func newGate() *gate {
	return &gate{atomicfile.OS, make(chan string, 100), make(chan struct{}, 100), nil}
}

func (g *gate) Create(path string) (atomicfile.File, error) {
	g.begun <- path
	<-g.open
	if g.err != nil {
		return nil, g.err
	}
	return g.Disk.Create(path)
}

// noLeak fails if there are more goroutines at the end than now.
func noLeak(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 100 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%d goroutines, want %d", runtime.NumGoroutine(), before)
	})
}

func snapshot(t *testing.T, w *Writer, j Job) {
	t.Helper()
	if err := w.Snapshot(context.Background(), j); err != nil {
		t.Fatal(err)
	}
}

// What is written is what was there at the Snapshot; the next one waits by default.
func TestWriterCopies(t *testing.T) {
	noLeak(t)
	g := newGate()
	f := open(t, t.TempDir(), Options{Disk: g})
	w := NewWriter(f, WriterOptions{})
	live := []float64{1}
	views := []safetensors.View{safetensors.FloatsView("state/s", nil, live)}
	meta := map[string]string{"k": "1"}
	snapshot(t, w, Job{Step: 1, Tensors: views, Meta: meta})
	live[0], meta["k"] = 2, "2"
	<-g.begun
	if got := w.Poll(); got != nil {
		t.Errorf("before the writing ends: %+v", got)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := w.Snapshot(ctx, Job{Step: 2, Tensors: views}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second Snapshot, which has to wait: %v", err)
	}
	if err := w.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v", err)
	}
	close(g.open)
	views[0] = safetensors.FloatsView("state/s", nil, live) // a copy on a big-endian processor
	snapshot(t, w, Job{Step: 2, As: OfStep | OfBest, Tensors: views})
	if err := w.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := w.Poll()
	if len(got) != 3 || got[0].Path != f.StepPath(1) || got[0].Took <= 0 || got[1].Path != f.StepPath(2) || got[2].Path != f.BestPath() || got[2].As != OfBest {
		t.Errorf("got %+v", got)
	}
	for _, g := range got {
		if g.Err != nil || holds(t, g.Path) != g.Step {
			t.Errorf("%+v holds %d", g, holds(t, g.Path))
		}
	}
	if file, err := safetensors.Read(f.StepPath(1), nil); err != nil || file.Meta["k"] != "1" {
		t.Errorf("metadata %v, %v", file, err)
	}
	if n := len(w.spare); n != 1 {
		t.Errorf("memory for %d copies, want 1", n)
	}
	if w.Poll() != nil {
		t.Error("a second Poll tells it again")
	}
	w.Close()
	w.Close()
	if err := w.Snapshot(context.Background(), Job{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestWriterReplaces(t *testing.T) {
	noLeak(t)
	g := newGate()
	f := open(t, t.TempDir(), Options{Disk: g})
	w := NewWriter(f, WriterOptions{Replace: true})
	snapshot(t, w, Job{Step: 1, Tensors: at(1)})
	<-g.begun
	snapshot(t, w, Job{Step: 2, Tensors: at(2)})
	snapshot(t, w, Job{Step: 3, As: OfBest, Tensors: at(3)})
	snapshot(t, w, Job{Step: 4, As: OfStep | OfBest, Tensors: at(4)})
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := w.Snapshot(ctx, Job{Step: 5, Tensors: at(5)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the best would be replaced: %v", err)
	}
	close(g.open)
	w.Close()
	var said []string
	for _, x := range w.Poll() {
		said = append(said, fmt.Sprint(x.Step, x.As, x.Path != "", x.Err))
	}
	want := fmt.Sprint([]string{
		fmt.Sprint(2, OfStep, false, ErrReplaced), fmt.Sprint(3, OfBest, false, ErrReplaced),
		"1 1 true <nil>", "4 1 true <nil>", "4 2 true <nil>"})
	if fmt.Sprint(said) != want {
		t.Errorf("got %v, want %v", said, want)
	}
	if holds(t, f.BestPath()) != 4 {
		t.Error("the best is not that of step 4")
	}
}

// An error, or a panic, of the disk is told, and the Writer goes on.
func TestWriterReportsErrors(t *testing.T) {
	noLeak(t)
	g := newGate()
	close(g.open)
	f := open(t, t.TempDir(), Options{Disk: g})
	w := NewWriter(f, WriterOptions{})
	g.err = errors.New("no space")
	snapshot(t, w, Job{Step: 1, Tensors: at(1)})
	if err := w.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := w.Poll(); len(got) != 1 || !errors.Is(got[0].Err, g.err) || got[0].Path != "" {
		t.Errorf("got %+v", got)
	}
	g.err = nil
	g.Disk = nil // a nil pointer
	snapshot(t, w, Job{Step: 2, Tensors: at(2)})
	if err := w.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := w.Poll(); len(got) != 1 || got[0].Err == nil {
		t.Errorf("a panic: %+v", got)
	}
	g.Disk = atomicfile.OS
	snapshot(t, w, Job{Step: 3, Tensors: at(3)})
	w.Close()
	if got := w.Poll(); len(got) != 1 || got[0].Err != nil || holds(t, got[0].Path) != 3 {
		t.Errorf("after it: %+v", got)
	}
	NewWriter(f, WriterOptions{}).Close() // has never begun
}

// Many goroutines may use a Writer.
func TestWriterShared(t *testing.T) {
	noLeak(t)
	for _, replace := range []bool{false, true} {
		f := open(t, t.TempDir(), Options{Keep: All})
		w := NewWriter(f, WriterOptions{Replace: replace})
		var group sync.WaitGroup
		count, mu := 0, sync.Mutex{}
		poll := func() {
			mu.Lock()
			defer mu.Unlock()
			for _, x := range w.Poll() {
				count++
				if x.Err != nil && !errors.Is(x.Err, ErrReplaced) {
					t.Error(x.Err)
				}
			}
		}
		for i := range 4 {
			group.Go(func() {
				for j := range 5 {
					if err := w.Snapshot(context.Background(), Job{Step: 10*i + j, Tensors: at(10*i + j)}); err != nil {
						t.Error(err)
					}
					poll()
				}
			})
		}
		group.Wait()
		w.Close()
		poll()
		if count != 20 {
			t.Errorf("%d were told of, want 20", count)
		}
		list, err := f.Steps()
		if err != nil || !replace && len(list) != 20 {
			t.Errorf("%d files, %v", len(list), err)
		}
		for _, s := range list {
			if holds(t, f.StepPath(s)) != s {
				t.Errorf("step %d holds %d", s, holds(t, f.StepPath(s)))
			}
		}
	}
}
