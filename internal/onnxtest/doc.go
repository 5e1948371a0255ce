// Package onnxtest computes ONNX files by plain loops in float64, for tests: what a file says is
// compared with what it was made of. It reads the bytes of the file and shares nothing with
// package graph/onnx, which writes them. It knows the operators that graph/onnx writes, as
// ONNX's document of operators defines them in version 17.
//
// It also runs the programs that hold files to the standard, where they are found: Check is
// onnx.checker of a python3 that has onnx, and Runtime is ONNX Runtime of a node that has
// onnxruntime-node.
//
// Importers: tests.
package onnxtest
