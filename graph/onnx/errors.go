package onnx

import "github.com/symgrad/symgrad/internal/export"

// Error reports a part of a model that a file cannot have, or a part of a file that is refused.
// Find it with errors.As. errors.Is finds its kind.
//
// Of Write, Op is the operator of the compiler ("cholesky"), or "input", "const" and the like.
// Made is the operator that the caller called ("linalg.Cholesky"), Node the name that he gave, At
// his file and line, and Err what is wrong. The kind is graph.ErrUnsupported unless Err says
// otherwise.
//
// Of Read and Imported.Outputs, Op is the operator of the file ("Conv"), with its domain unless
// that is ONNX's own ("com.other.Conv"); or "file", "input", "output", "initializer". Node is the
// name of the node or the part, and At the line that called Outputs.
type Error = export.Error
