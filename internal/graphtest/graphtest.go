// Package graphtest runs graphs for tests and compares what they compute.
//
// It does not own golden files (internal/golden). Importers: tests of graph and its
// rooms, and of autograd.
package graphtest

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Run compiles nodes of b, sets the inputs that they need from feeds, runs once and
// returns the elements of each node.
func Run(t testing.TB, b *graph.Builder, feeds map[string][]float64, nodes ...*gorgonia.Node) [][]float64 {
	t.Helper()
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(feeds[in.Name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, len(nodes))
	for i := range out {
		out[i] = graph.OutputOf[float64](p, i).Read(nil)
	}
	return out
}

// Same fails the test unless the elements are equal up to a few roundings.
func Same(t testing.TB, what string, got, want []float64) {
	t.Helper()
	Near(t, what, got, want, 1e-12)
}

// Near fails the test unless |got − want| ≤ tol·(1 + |want|) for each element.
func Near(t testing.TB, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: got %v at element %d, want %v", what, got[i], i, want[i])
		}
	}
}

// Wave returns n numbers that are not all alike.
func Wave(n int, seed float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(seed + 1.7*float64(i))
	}
	return v
}
