package onnx_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
)

// TestNames checks what a file calls inputs, outputs and parameters, in which order, and what
// it says besides.
func TestNames(t *testing.T) {
	p := graph.NewParams(graph.Float32, 1)
	m := onnx.Model{Params: p, Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
		second := b.Input("second", n, 3)
		first := b.Ints("first", n)
		b.Input("unused", n)
		h := nn.Dense(b, "hidden", second, 4, nn.ReLU)
		rows := nn.Embedding(b, "table", first, nn.EmbeddingOptions{Count: 5, Dim: 4})
		y := b.Name("scores", b.Add(h, rows))
		return []*gorgonia.Node{y, b.Reshape(y, 2*n, 2), second, y}
	}}
	var file bytes.Buffer
	if err := onnx.Write(&file, m, onnx.Options{Metadata: map[string]string{"b": "2", "a": "1"}}); err != nil {
		t.Fatal(err)
	}
	got, err := onnxtest.Read(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got.IR != 8 || got.Opset != 17 || !maps.Equal(got.Metadata, map[string]string{"a": "1", "b": "2"}) {
		t.Errorf("got IR %d, operators %d, metadata %v", got.IR, got.Opset, got.Metadata)
	}
	port := func(name string, kind int, dims ...string) onnxtest.Port {
		return onnxtest.Port{Name: name, Kind: kind, Dims: dims}
	}
	in := []onnxtest.Port{port("second", onnxtest.Float, "N", "3"), port("first", onnxtest.Int64, "N")}
	out := []onnxtest.Port{port("scores", onnxtest.Float, "N", "4"), port("output1", onnxtest.Float, "2*N", "2"),
		port("output2", onnxtest.Float, "N", "3"), port("scores#2", onnxtest.Float, "N", "4")}
	if !reflect.DeepEqual(got.Inputs, in) || !reflect.DeepEqual(got.Outputs, out) {
		t.Errorf("got the inputs %v and outputs %v, want %v and %v", got.Inputs, got.Outputs, in, out)
	}
	for _, q := range p.List() {
		if c, ok := got.Constants[q.Name]; !ok || !slices.Equal(c.Shape, q.Shape) || !slices.Equal(c.Data, p.Values(q.Name)) {
			t.Errorf("%s: got the constant %v, want %v", q.Name, c, p.Values(q.Name))
		}
	}
	var labels []string
	for _, n := range got.Nodes {
		labels = append(labels, n.Op)
	}
	if want := []string{"MatMul", "Add", "Relu", "Gather", "Add", "Reshape", "Identity", "Identity"}; !slices.Equal(labels, want) {
		t.Errorf("got the operators %v, want %v", labels, want)
	}
}
