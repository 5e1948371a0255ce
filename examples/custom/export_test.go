package main

import (
	"bytes"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/onnxtest"
)

// TestExport writes the model as an ONNX file, which computes what the model does.
func TestExport(t *testing.T) {
	m := ballistic{graph.NewParams(graph.Float64, 7)}
	outputs := graphtest.Prediction(m)
	var file bytes.Buffer
	if err := onnx.Write(&file, onnx.Model{Params: m.params, Outputs: outputs}, onnx.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := onnxtest.Agree(file.Bytes(), m.params, outputs, 1e-12); err != nil {
		t.Error(err)
	}
}
