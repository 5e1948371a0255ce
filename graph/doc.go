// Package graph describes computations as gorgonia expression graphs and
// compiles them.
//
// A Builder makes plain *gorgonia.Node values: inputs, parameters, operators,
// layers and losses, checked when they are built. Params holds the parameters
// of a model by name, in one stretch of memory that every Program of the model
// shares. Compile turns nodes into a Program, which runs them.
//
// Gradients are made by the package autograd, which adds nodes to the same
// graph; a Program computes them beside the results. Training is the package
// train.
//
// The package does not own the operators (internal/op), the compiler
// (internal/compile) or the run loop (internal/exec). Read builder.go first,
// then params.go and program.go.
package graph
