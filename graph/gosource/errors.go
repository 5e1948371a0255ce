package gosource

import "github.com/symgrad/symgrad/internal/export"

// Error reports a part of a model that cannot be written. Op is the operator of the compiler ("cholesky"),
// or "input", "recipe" and the like. Made is the operator that the caller called
// ("linalg.Cholesky"), Node the name that he gave, At his file and line, and Err what is wrong.
// Find it with errors.As. errors.Is finds its kind, which is graph.ErrUnsupported.
type Error = export.Error
