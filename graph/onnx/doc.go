// Package onnx writes models as ONNX files, which other programs run: ONNX Runtime, browsers and
// phones. A file has IR version 8 and the operators of version 17. It is read with any batch
// size.
//
//	err := onnx.Write(w, onnx.Model{Params: m.Params(), Outputs: outputs}, onnx.Options{})
//
// The model is built for two batch sizes, as prediction builds it, and both computations are
// compared. What is equal is a constant. What grows in step with the batch becomes the symbolic
// dimension N. Anything else is an *Error with the operator and the caller's line.
//
// What is written is the computation after the compiler has simplified it. Nothing of the
// library's kernels is in the file: no fused loops, no packed weights. Most operators are one
// node of ONNX, some are several. Those without a counterpart, such as decompositions of
// matrices and random numbers, make an *Error. In a file of float32, recurrent layers are LSTM,
// GRU and RNN nodes.
//
// The package owns the rules by which operators are written: the files elementwise.go to
// running.go, and without.go with what has no rule. It links nothing into programs that do not
// import it. Importers: cmd/symgrad, and programs that write files. Read onnx.go first, then dims.go, which
// compares the two computations, and rules.go.
package onnx
