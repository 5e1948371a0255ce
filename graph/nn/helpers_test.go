package nn_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// values compiles and runs nodes that need no feeding.
func values(t *testing.T, b *graph.Builder, nodes ...*gorgonia.Node) [][]float64 {
	t.Helper()
	return fed(t, b, nil, nodes...)
}

// fed compiles and runs nodes with the inputs.
func fed(t *testing.T, b *graph.Builder, inputs map[string][]float64, nodes ...*gorgonia.Node) [][]float64 {
	t.Helper()
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(inputs[in.Name]); err != nil {
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

// same compares elements up to a few roundings.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: got %v at element %d, want %v", what, got[i], i, want[i])
		}
	}
}

// wave makes n numbers that are not all alike.
func wave(n int, seed float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(seed + 1.7*float64(i))
	}
	return v
}

// size is the number of elements of a shape.
func size(shape []int) int {
	n := 1
	for _, e := range shape {
		n *= e
	}
	return n
}
