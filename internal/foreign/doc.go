// Package foreign is the table of gorgonia's own operators: one row for each,
// and one file for each family.
//
// A row says what an operator computes in rows of package op (one row, or
// several of them), what gorgonia gets wrong about it, and which of its settings
// users may change between two runs. The fields of an operator are read by
// reflection, since gorgonia keeps them private. An operator without such a
// reading runs by its own Do, and is differentiated by its own rule.
//
// The package owns Describe, which reads any node of a graph, gorgonia's or
// ours, as a row applied to operands; Doubts, which lists what gorgonia may have
// got wrong; Settings; and what can be told of the nodes that gorgonia.Grad and
// gorgonia.Read made. It does not own the rows that it reads operators as (op),
// nor the choice of what to do about a doubt (reverse and graph/machine).
//
// Importers: compile, reverse, graph, graph/machine, graph/formula, train. Read
// table.go first.
package foreign
