package main

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
)

// readONNX reads a model, and builds and compiles it for the batch that it has.
func (f hostileFile) readONNX(name string) (check func() error, err error) {
	m, err := onnx.ReadFile(name, onnx.Limits{Bytes: mostMemory / 4, Elements: mostMemory / 32})
	if err != nil {
		return nil, err
	}
	b := graph.New(m.Params())
	outputs := m.Outputs(b, max(m.Batch, 1))
	_, err = b.Compile(graph.Options{Outputs: outputs})
	return nil, err
}
