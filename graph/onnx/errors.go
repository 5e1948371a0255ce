package onnx

import "github.com/symgrad/symgrad/internal/export"

// Error reports a part of a model that a file cannot have. Op is the operator of the compiler ("cholesky"),
// or "input", "const" and the like. Made is the operator that the caller called
// ("linalg.Cholesky"), Node the name that he gave, At his file and line, and Err what is wrong.
// Find it with errors.As. errors.Is finds its kind, which is graph.ErrUnsupported unless Err says otherwise.
type Error = export.Error
