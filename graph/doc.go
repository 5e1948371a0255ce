// Package graph describes computations as gorgonia expression graphs, compiles them and
// runs them.
//
// A Builder adds nodes to a graph. They are plain *gorgonia.Node values: inputs,
// parameters, constants and the results of operators. Every call is checked when it is
// made. Params holds the parameters of a model by name, in one stretch of memory that all
// programs of the model share. Builder.Compile turns nodes into a Program, which runs them:
//
//	b := graph.New(nil)
//	x := b.Input("x", 2, 3)
//	y := b.Softmax(x)
//	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
//
// # Shapes, gradients, errors
//
// Shapes are written as [N, In]; "..." stands for any number of axes. Axes count from 0,
// and negative ones from the last. A function of one element has the shape of its operand,
// and its gradient is its derivative. The comments say where that is special. "x and y
// broadcast" means as in NumPy. Axes are matched from the last, and an extent of 1 repeats.
// Truth values are 1 and 0, of the type of the operands.
//
// Mistakes are errors, never panics. The Builder keeps the first one, and Err and Compile
// return it. It is an *OpError with the operator, what is wrong, what is wanted, the operands
// and the line of the caller:
//
//	graph: Max: axis 5: want one of 0, 1 (x: [2, 3], main.go:12)
//
// # Where things are
//
// The package owns Builder, Params and Program, and the operators of arithmetic, elementwise
// functions, shapes, reductions, indexing, products and random numbers. Its rooms own the
// rest: nn has layers, loss the losses, linalg the functions of matrices, special the rare
// functions, formula reads and writes formulas. Package autograd makes gradients, package
// train trains. The package does not own the implementations: operators are in internal/op,
// the compiler in internal/compile, the run loop in internal/exec.
//
// Importers: whoever builds a model. Read builder.go first, then params.go,
// compile.go and program.go.
package graph
