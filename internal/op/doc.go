// Package op is the table of operators: one file, one row for each.
//
// A row, Entry, holds all that the project knows of an operator: its shape rule
// and kernels (an ir.Def), its derivative, the gorgonia nodes that it is read
// from, a slow formula to test it by and samples that tests and benchmarks run.
// Every other package reads rows; none keeps a list of operators of its own.
//
// The package also owns the two bridges to gorgonia: Op, which carries a row
// into an expression graph as one of gorgonia's own operators, and Describe,
// which reads any node of a graph, ours or not, as a row applied to operands.
// Ctx builds nodes; the derivative rules are written with its methods.
//
// Why our own nodes: gorgonia merges two nodes whose operators write the same
// hash, and several of its operators leave attributes out of theirs. Every Op
// has a hash that no other has, so what is built apart stays apart, and common
// subexpressions are merged where it is safe, in the compiler.
//
// Importers: compile, reverse, graph and autograd. Read entry.go first.
package op
