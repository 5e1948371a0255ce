package graph_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// scalingOf returns the Scaling of a program of the output for so many threads.
func scalingOf(t *testing.T, workers int, output func(b *graph.Builder) *gorgonia.Node) (graph.Scaling, *graph.Program) {
	t.Helper()
	b := graph.New(nil)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output(b)}, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Scaling()
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

// TestScalingBounds wants no speed-up of a chain of small kernels and much of a large product.
func TestScalingBounds(t *testing.T) {
	chain := func(b *graph.Builder) *gorgonia.Node {
		x := b.Input("x", 8, 8)
		for range 20 {
			x = b.Tanh(b.MatMul(x, x))
		}
		return x
	}
	product := func(b *graph.Builder) *gorgonia.Node {
		return b.MatMul(b.Input("x", 2048, 2048), b.Input("y", 2048, 2048))
	}
	small, _ := scalingOf(t, 4, chain)
	large, _ := scalingOf(t, 4, product)
	want := 2
	for i, l := range small.Threads {
		if l.Threads != want {
			t.Errorf("got %d threads, want %d", l.Threads, want)
		}
		if l.Speedup < 1 || l.Speedup > 1.05 || l.Alone < 0.95 || l.Waits > 0 || l.Passed > 0 {
			t.Errorf("the chain: got %+v, want one thread that does all", l)
		}
		n := float64(l.Threads)
		if l := large.Threads[i]; l.Speedup < 0.6*n || l.Speedup > n || l.Alone > 0.01 || l.Waits < 1 || l.Largest < 1 || l.Largest > 1.7 {
			t.Errorf("the product: got %+v, want a speed-up of nearly %v", l, n)
		}
		want *= 2
	}
	if large.Work <= 100*small.Work {
		t.Errorf("the product is %v of work, the chain %v", large.Work, small.Work)
	}
	if small.Measured || large.Measured {
		t.Error("estimates are said to be measured")
	}
}

// TestScalingSame wants the same numbers from a Fork and from a program for other threads that has
// the same plan, and a program that is as it was.
func TestScalingSame(t *testing.T) {
	net := func(b *graph.Builder) *gorgonia.Node {
		x := b.Input("x", 64, 256)
		for _, name := range []string{"u", "v", "w"} {
			x = b.Tanh(b.MatMul(x, b.Input(name, 256, 256)))
		}
		return b.Sum(x)
	}
	s, p := scalingOf(t, 2, net)
	for _, in := range p.Inputs() {
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Sin(float64(i))
		}
		if err := graph.InputOf[float64](p, in.Name).Set(x); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	before := graph.OutputOf[float64](p, 0).Scalar()
	again, err := p.Fork().Scaling()
	if err != nil || !reflect.DeepEqual(s, again) {
		t.Errorf("a fork: got %+v and %v, want %+v", again, err, s)
	}
	if other, _ := scalingOf(t, 3, net); !reflect.DeepEqual(s, other) {
		t.Errorf("on three threads: got %+v, want %+v", other, s)
	}
	if _, err := p.Scaling(5, 64); err != nil {
		t.Fatal(err)
	}
	if got := graph.OutputOf[float64](p, 0).Scalar(); got != before {
		t.Errorf("Scaling has changed the output from %v to %v", before, got)
	}
	q, err := p.Profile(2)
	if err != nil {
		t.Fatal(err)
	}
	if !q.Scaling.Measured || len(q.Scaling.Threads) != len(s.Threads) || q.Scaling.Threads[0].Waits != s.Threads[0].Waits {
		t.Errorf("Profile: got %+v, want the measured times and the waits of %+v", q.Scaling, s)
	}
	if passed(q.PerRun) && (q.Scaling.Work < q.PerRun/2 || q.Scaling.Work > 2*q.PerRun+2) {
		t.Errorf("one thread would take %v for what two take %v for", q.Scaling.Work, q.PerRun)
	}
	if !strings.Contains(q.String(), q.Scaling.String()) {
		t.Errorf("the profile does not print its scaling:\n%v", q)
	}
}

// TestScalingString wants a row for each number of threads, and what takes longest on the most.
func TestScalingString(t *testing.T) {
	_, p := scalingOf(t, 2, func(b *graph.Builder) *gorgonia.Node { return b.MatMul(b.Input("x", 512, 512), b.Input("y", 512, 512)) })
	s, err := p.Scaling(16, 1)
	if err != nil {
		t.Fatal(err)
	}
	text := s.String()
	for _, want := range []string{"(estimated)", "\n      1    1.00 x     100.0 %", "\n     16 ", "on 16 threads", "100.0 %  1 x matmul [512, 512] in "} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%swant %q in it", text, want)
		}
	}
}

// TestScalingRefuses wants errors for what is no number of threads and for an empty program.
func TestScalingRefuses(t *testing.T) {
	_, p := scalingOf(t, 1, func(b *graph.Builder) *gorgonia.Node { return b.Exp(b.Input("x", 3)) })
	for _, n := range []int{-1, 0, 1025} {
		if _, err := p.Scaling(2, n); !errors.Is(err, mistake.ErrOption) {
			t.Errorf("%d threads: got %v, want ErrOption", n, err)
		}
	}
	if _, err := new(graph.Program).Scaling(); !errors.Is(err, mistake.ErrOption) {
		t.Errorf("an empty program: got %v, want ErrOption", err)
	}
}
