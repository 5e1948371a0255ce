// Package onnxfile reads the messages of ONNX files: models, graphs, nodes, tensors.
//
// It owns the bytes and their limits, and no operator: package onnxin gives nodes their meaning.
// Everything is checked before memory is taken for it. Importers: internal/onnxin, graph/onnx and
// internal/conformance/onnx. Read model.go first, then wire.go and tensor.go.
package onnxfile
