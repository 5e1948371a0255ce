// Package gosource writes a trained model as plain Go source: a package with the weights embedded
// that needs the standard library alone, no unsafe and no assembly. It builds for every target of
// Go, WebAssembly among them.
//
//	err := gosource.Write("iris", gosource.Model{Params: m.Params(), Outputs: outputs}, gosource.Options{Package: "iris"})
//
// The folder then has the program in iris.go, its weights in iris.bin, and iris_test.go, which
// checks that sample inputs have the outputs that this module computes. The program is
//
//	m := iris.New()
//	err := m.Predict(dst, x) // one row of x for each example, one row of dst
//
// A Model keeps intermediate results in itself, so that Predict allocates nothing. It is for one
// goroutine; a copy (m2 := *m) is for another one, and shares the weights.
//
// What is written is the computation for one example after the compiler has simplified it.
// Elementwise operators are fused into loops, products with weights read these in the order in which
// they lie, and memory is used again. What depends on weights alone is computed now. Operators
// without a counterpart make an *Error, and so does a model whose result for one example depends on
// others.
//
// The package owns the rules by which operators are written, and the functions in the folder
// loops. A program gets those that it calls. The package links nothing into programs that do not
// import it. Importers: programs that write files. Read gosource.go first, then generator.go and
// rules.go.
package gosource
