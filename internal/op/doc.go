// Package op is the table of our operators: one file and one row for each.
//
// A row, Entry, holds all that the project knows of an operator: its shape rule
// and kernels (an ir.Def), its derivative, a slow formula to test it by, and the
// samples that tests and benchmarks run. Every other package reads rows; none keeps
// a list of operators of its own.
//
// The package owns the rows; Ctx, whose methods build nodes and in whose terms the
// derivatives are written; Op, which carries a row into an expression graph as one
// of gorgonia's operators; and the errors of building. It does not own the table of
// gorgonia's own operators (foreign), the order in which derivatives are taken
// (reverse), nor what users may call (graph and the packages beside it).
//
// Our nodes need operators of our own, since gorgonia merges two nodes whose
// operators write the same hash, and several of its operators leave attributes out
// of theirs. Every Op has a hash that no other has. So what is built apart stays
// apart; the compiler merges equal computations, where it is safe.
//
// Importers: foreign, and through it all that builds or reads graphs. Read entry.go
// first, then ctx.go.
package op
