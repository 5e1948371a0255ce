// Package autograd differentiates gorgonia expression graphs symbolically: it
// adds the nodes of a gradient to the graph of a scalar.
//
// Gradients are nodes like any other: they can be differentiated again, to any order and
// any number of times. There are reverse mode (Gradients, VJP), forward mode (JVP), and
// what is made of both (HVP, GaussNewton, Jacobian, Hessian). Check compares a gradient
// with finite differences.
//
// The package owns these functions. It does not own the reverse walk (internal/reverse) or
// the rules of the operators (internal/op). Importers: train, examples, whoever needs a
// derivative. Read gradients.go first.
package autograd
