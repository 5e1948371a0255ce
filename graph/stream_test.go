package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"gorgonia.org/gorgonia"
)

// TestStreams computes with loops that write past the caches, as those do that are larger than these. The
// bits are those of plain stores: of chains, of a result that lies where an operand does, of one in rows.
func TestStreams(t *testing.T) {
	last := cpu.L3
	defer func() { cpu.L3 = last }()
	for _, n := range []int{1, 63, 4096, 30011} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprintf("%d elements %d workers", n, workers), func(t *testing.T) {
				cpu.L3 = last
				single, double := streamed[float32](t, graph.Float32, n, workers), streamed[float64](t, graph.Float64, n, workers)
				cpu.L3 = 0
				if !slices.Equal(streamed[float32](t, graph.Float32, n, workers), single) {
					t.Error("float32: got other bits than with plain stores")
				}
				if !slices.Equal(streamed[float64](t, graph.Float64, n, workers), double) {
					t.Error("float64: got other bits than with plain stores")
				}
			})
		}
	}
}

// streamed computes from two tables of 2 by n elements.
func streamed[T float32 | float64](t *testing.T, dtype graph.DType, n, workers int) (out []T) {
	b := graph.New(graph.NewParams(dtype, 1))
	x, y := b.Input("x", 2, n), b.Input("y", 2, n)
	chain := b.Add(b.Mul(b.Square(b.Sub(x, y)), y), x)
	table := b.Concat(0, b.ReLU(chain), b.Neg(x))
	sums := b.Sum(table, 1)
	again := b.Tanh(b.Add(b.Mul(chain, chain), b.Reshape(b.Slice(sums, graph.Range(0, 2)), 2, 1)))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{chain, table, again}, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	for k, name := range []string{"x", "y"} {
		data := make([]T, 2*n)
		for i := range data {
			data[i] = T((i*37+k*11)%199)/100 - 1
		}
		if err := graph.InputOf[T](p, name).Set(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		out = append(out, graph.OutputOf[T](p, i).Read(nil)...)
	}
	return out
}
