package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
)

// TestExport writes the critic as an ONNX file, which computes what the critic does. The
// generator draws random numbers, which ONNX cannot draw as we do.
func TestExport(t *testing.T) {
	critic, generator := players(1)
	write := func(m player) (file []byte, outputs func(b *graph.Builder, n int) []*gorgonia.Node, err error) {
		outputs = graphtest.Prediction(m)
		var out bytes.Buffer
		err = onnx.Write(&out, onnx.Model{Params: m.params, Outputs: outputs}, onnx.Options{})
		return out.Bytes(), outputs, err
	}
	file, outputs, err := write(critic)
	if err != nil {
		t.Fatal(err)
	}
	if err := onnxtest.Agree(file, critic.params, outputs, 1e-5); err != nil {
		t.Error(err)
	}
	var refused *onnx.Error
	if _, _, err := write(generator); !errors.As(err, &refused) || !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("the generator: got %v, want an *onnx.Error of ErrUnsupported", err)
	}
}
