package graph_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestProductsSideBySide wants batches of products, which workers compute side by side with one wait,
// to have the bits of one worker, with and without a loop after the products.
func TestProductsSideBySide(t *testing.T) {
	for _, c := range []struct{ batch, m, k, n int }{{12, 70, 60, 50}, {7, 64, 130, 64}, {64, 33, 32, 65}, {300, 8, 40, 24}, {9, 1, 3000, 40}} {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			for _, loop := range []bool{false, true} {
				t.Run(fmt.Sprint(c, d, loop), func(t *testing.T) {
					program := func(workers int) *graph.Program {
						b := graph.New(graph.NewParams(d, 1))
						x := b.Const(graphtest.Wave(c.batch*c.m*c.k, 1), c.batch, c.m, c.k)
						y := b.MatMul(x, b.Input("y", c.batch, c.k, c.n))
						if loop {
							y = b.Tanh(b.Add(y, b.Const(graphtest.Wave(c.n, 3), c.n)))
						}
						p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Workers: workers})
						if err != nil {
							t.Fatal(err)
						}
						if err := graph.InputOf[float64](p, "y").Set(graphtest.Wave(c.batch*c.k*c.n, 2)); err != nil {
							t.Fatal(err)
						}
						if err := p.Run(); err != nil {
							t.Fatal(err)
						}
						return p
					}
					want := graph.OutputOf[float64](program(1), 0).Read(nil)
					for _, workers := range []int{2, 3, 8} {
						p := program(workers)
						for i, x := range graph.OutputOf[float64](p, 0).Read(nil) {
							if x != want[i] {
								t.Fatalf("%d workers: element %d is %v, want %v", workers, i, x, want[i])
							}
						}
						if n := leastAllocs(func() { _ = p.Run() }); n > 0 {
							t.Errorf("%d workers: %v allocations in a run, want none", workers, n)
						}
						s, err := p.Scaling(workers)
						if err != nil {
							t.Fatal(err)
						}
						if n := s.Threads[0].Waits; n != 1 {
							t.Errorf("%d workers wait %d times, want once", workers, n)
						}
					}
				})
			}
		}
	}
}

// leastAllocs returns the fewest allocations of f in a few tries: the runtime makes some for workers that
// sleep, and in the background.
func leastAllocs(f func()) float64 {
	least := testing.AllocsPerRun(3, f)
	for range 5 {
		if least > 0 {
			least = min(least, testing.AllocsPerRun(3, f))
		}
	}
	return least
}
