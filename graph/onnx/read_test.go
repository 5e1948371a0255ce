package onnx

import (
	"bytes"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestReadMLP reads a perceptron that Write wrote.
func TestReadMLP(t *testing.T) {
	params := graph.NewParams(graph.Float64, 1)
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		x := b.Input("x", n, 3)
		return []*gorgonia.Node{nn.Dense(b, "out", nn.Dense(b, "hidden", x, 4, nn.ReLU), 2, nn.Identity)}
	}
	var file bytes.Buffer
	if err := Write(&file, Model{Params: params, Outputs: outputs}, Options{}); err != nil {
		t.Fatal(err)
	}
	m, err := Read(&file, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b := graph.New(m.Params())
	y := m.Outputs(b, 5)
	if err := b.Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Compile(graph.Options{Outputs: y}); err != nil {
		t.Fatal(err)
	}
	t.Log(m.In, m.Out, m.Params().List())
}
