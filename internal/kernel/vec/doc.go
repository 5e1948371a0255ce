// Package vec has loops over slices in both float types: the bodies of
// elementwise operators, sums, and the updates of optimizers.
//
// The functions are methods of F32 and F64, one for each type: F32.Add, F64.Add. Operands
// must be at least as long as the first argument; the length is that of dst. dst may be one
// of the operands, but must not overlap one otherwise. Nothing allocates and nothing fails.
// Many goroutines may call the functions on memory of their own. Elements do not depend on
// their place in the slice, so that a caller may cut slices anywhere.
//
// The package knows no operator and no shape. Importers: op, graph and train. Read table.go first.
package vec

// Float is the element type.
type Float interface{ float32 | float64 }
