package main

import (
	"bytes"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
)

// TestExport writes the model as an ONNX file, which computes u(x) as the model does.
func TestExport(t *testing.T) {
	m := equation{graph.NewParams(graph.Float64, 1)}
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		_, y := m.Loss(b, n)
		return []*gorgonia.Node{y}
	}
	var file bytes.Buffer
	if err := onnx.Write(&file, onnx.Model{Params: m.params, Outputs: outputs}, onnx.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 5} {
		b := graph.New(m.params)
		p, err := b.Compile(graph.Options{Outputs: outputs(b, n)})
		if err != nil {
			t.Fatal(err)
		}
		if err := onnxtest.Agree(file.Bytes(), p, 1e-12); err != nil {
			t.Errorf("batch %d: %v", n, err)
		}
	}
}
