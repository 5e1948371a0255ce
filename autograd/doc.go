// Package autograd differentiates gorgonia expression graphs symbolically: it
// adds the nodes of a gradient to the graph of a scalar.
//
// It owns what may be asked for; the reverse walk is internal/reverse, and the
// rule of each operator is in its row in internal/op. Since gradients are nodes
// like any other, they can be differentiated again, to any order, and any number
// of times. Read gradients.go first.
package autograd
