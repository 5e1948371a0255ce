package graph_test

import (
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestTooLarge compiles programs that need more memory than any machine of today has:
// each fails with what needs it, and without allocating it.
func TestTooLarge(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("no node has so many elements")
	}
	const n = 90_000 // 64.8 GB for each square of them
	for _, c := range []struct {
		name  string
		build func(b *graph.Builder) graph.Options
		want  []string // of the largest value: operator, name, file
	}{
		{"an output", func(b *graph.Builder) graph.Options {
			x := b.Input("x", n)
			return graph.Options{Outputs: gorgonia.Nodes{b.Name("square", b.Outer(x, b.Exp(x)))}}
		}, []string{"mul", "", "memory_test.go"}},
		{"what lies between", func(b *graph.Builder) graph.Options {
			x := b.Input("x", n)
			return graph.Options{Outputs: gorgonia.Nodes{b.MatMul(b.Softmax(b.Outer(x, x)), b.Softmax(b.Outer(b.Exp(x), x)))}}
		}, []string{"", "", "memory_test.go"}},
		{"an input", func(b *graph.Builder) graph.Options {
			return graph.Options{Outputs: gorgonia.Nodes{b.Sum(b.Input("pixels", n, n))}}
		}, []string{"input", "pixels", "memory_test.go"}},
		{"indices", func(b *graph.Builder) graph.Options {
			return graph.Options{Outputs: gorgonia.Nodes{b.Sum(b.Take(b.Param("w", graph.Zeros(), 3), b.Ints("places", n, n)))}}
		}, []string{"", "", "memory_test.go"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := graph.New(nil)
			o := c.build(b)
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			var err error
			if used := allocated(func() { _, err = b.Compile(o) }); used > 8<<20 {
				t.Errorf("Compile allocated %d bytes before it failed", used)
			}
			var e *graph.MemoryError
			if !errors.Is(err, graph.ErrMemory) || !errors.As(err, &e) {
				t.Fatalf("got %v, want a MemoryError", err)
			}
			if e.Needed < 8*n*n || e.Allowed >= e.Needed || len(e.Largest) == 0 || len(e.Largest) > 3 {
				t.Errorf("got %+v", e)
			}
			for i, u := range e.Largest {
				if i > 0 && u.Bytes > e.Largest[i-1].Bytes {
					t.Errorf("the largest values are not in order: %+v", e.Largest)
				}
				if !strings.HasPrefix(u.At, "memory_test.go:") || !strings.Contains(err.Error(), u.Op) || !strings.Contains(err.Error(), u.At) {
					t.Errorf("got the value %+v in %q", u, err)
				}
			}
			first := []string{e.Largest[0].Op, e.Largest[0].Name}
			for i, w := range c.want[:2] {
				if w != "" && first[i] != w {
					t.Errorf("the largest value is %+v, want %v", e.Largest[0], c.want)
				}
			}
		})
	}
}

// TestMemoryLimit compiles a program with as much memory as it needs, and one byte less.
func TestMemoryLimit(t *testing.T) {
	for _, dt := range []graph.DType{graph.Float32, graph.Float64} {
		compile := func(limit int64) (*graph.Program, error) {
			b := graph.New(graph.NewParams(dt, 1))
			x := b.Input("x", 64, 100)
			y := b.Softmax(nn.Dense(b, "h", x, 300, nn.Tanh))
			return b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Sum(y, 0)}, MemoryLimit: limit, Workers: 2})
		}
		p, err := compile(0)
		if err != nil {
			t.Fatal(err)
		}
		need := int64(0)
		for _, n := range p.Stats().Bytes {
			need += int64(n)
		}
		if _, err := compile(need); err != nil {
			t.Errorf("%v: with all that Stats lists: %v", dt, err)
		}
		var e *graph.MemoryError
		if _, err := compile(need - 1); !errors.As(err, &e) || e.Needed != need || e.Allowed != need-1 {
			t.Errorf("%v: with one byte less than %d: got %v", dt, need, err)
		}
	}
}

// TestMemoryOfParams declares a parameter of more memory than there is.
func TestMemoryOfParams(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("no node has so many elements")
	}
	b := graph.New(nil)
	if used := allocated(func() { b.Param("w", graph.Zeros(), 1<<16, 1<<17) }); used > 1<<20 {
		t.Errorf("it allocated %d bytes", used)
	}
	var e *graph.MemoryError
	if err := b.Err(); !errors.As(err, &e) || !errors.Is(err, graph.ErrMemory) || e.Largest[0].Name != "w" || !strings.Contains(err.Error(), "memory_test.go:") {
		t.Errorf("got %v, want a MemoryError", err)
	}
	if b.Params().Len() != 0 {
		t.Error("the parameter was declared")
	}
}

// A Program and its Forks share one limit: the Fork that goes beyond it allocates
// nothing, says so wherever it can, and works again when others are gone.
func TestForkKeepsToTheLimit(t *testing.T) {
	const n = 1 << 18 // 1 MB of float32
	build := func(limit int64) *graph.Program {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		x := b.Input("x", n)
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Name("double", b.Add(x, x)), b.Exp(x)}, Workers: 1, MemoryLimit: limit})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	own := int64(0)
	for _, v := range build(0).Stats().Bytes {
		own += int64(v)
	}
	p := build(2*own + own/2)
	if err := graph.InputOf[float64](p.Fork(), "x").Set(make([]float64, n)); err != nil {
		t.Fatal("a fork within the limit: ", err)
	}
	runtime.GC() // the fork is gone
	first := p.Fork()
	for graph.InputOf[float64](first, "x").Set(make([]float64, n)) != nil {
		runtime.Gosched() // until the memory of the one before is counted as free
		first = p.Fork()
	}
	var second *graph.Program
	if used := allocated(func() { second = p.Fork() }); used > 1<<18 {
		t.Errorf("a fork beyond the limit allocated %d bytes", used)
	}
	for name, err := range map[string]error{"Run": second.Run(), "Feed": graph.InputOf[float64](second, "x").Set(make([]float64, n)), "Fork": second.Fork().Run()} {
		var e *graph.MemoryError
		if !errors.As(err, &e) || !errors.Is(err, graph.ErrMemory) || e.Needed <= e.Allowed || e.Allowed != 2*own+own/2 || len(e.Largest) == 0 {
			t.Errorf("%s of a fork beyond the limit: %v", name, err)
		}
	}
	if graph.OutputOf[float64](second, 0).Scalar() == graph.OutputOf[float64](second, 0).Scalar() || graph.OutputOf[float64](second, 0).Read(nil) != nil || len(second.Inputs()) != 0 {
		t.Error("a fork beyond the limit has outputs")
	}
	if err := first.Run(); err != nil {
		t.Error("the fork within it: ", err)
	}
	if err := graph.InputOf[float64](p, "x").Set(make([]float64, n)); err != nil || p.Run() != nil {
		t.Error("the program itself: ", err)
	}
}
