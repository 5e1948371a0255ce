// Package vec has loops over slices in both float types: the bodies of
// elementwise operators, sums, and the updates of optimizers.
//
// Every function has two names, AddF32 and AddF64. Operands are as long as the
// first argument or longer; the length is that of dst. dst may be one of the
// operands, but may not overlap one otherwise. Nothing allocates, nothing fails,
// and all functions may be called by many goroutines on memory of their own.
// Elements do not depend on their place in the slice, so that a caller may cut
// slices anywhere.
//
// Importers: op and train. It knows no operator and no shape.
package vec

// Float is the element type.
type Float interface{ float32 | float64 }
