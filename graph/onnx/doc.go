// Package onnx writes models as ONNX files and reads models from them.
//
//	err := onnx.Write(w, onnx.Model{Params: m.Params(), Outputs: outputs}, onnx.Options{})
//	m, err := onnx.Read(r, onnx.Limits{})
//
// # Write
//
// Other programs run the files: ONNX Runtime, browsers and phones. A file has IR version 8 and
// the operators of version 17. It takes any batch size.
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
// # Read
//
// A file becomes an Imported: inputs, outputs, and Params with its weights. Imported.Outputs adds
// the model to a Builder with the library's own operators. So it is run, trained on, frozen in
// parts, put into a larger model and written again. Shapes and other settings are computed while
// the model is built. What Write wrote and Read reads computes the same bits where each operator became one node.
// Where one became several, such as the gradient of GELU, it rounds otherwise.
//
// Files of somebody else are not trusted. Sizes are checked before memory is taken, see Limits.
// What is refused makes an *Error with the operator and the name of the node.
//
// # Where things are
//
// The package owns the rules by which operators are written: the files elementwise.go to
// running.go, and without.go with what has no rule. Those by which they are read are in
// internal/onnxin, the bytes in internal/onnxfile. It links nothing into programs that do not
// import it. Importers: cmd/symgrad, and programs that write and read files. Read onnx.go first,
// then dims.go, which compares the two computations, and rules.go. Of reading, read read.go, then
// idioms.go, which finds operators that Write wrote as several nodes.
package onnx
