// Package exec runs a planned computation: it owns the arenas, the calls that
// are prepared once, and the loop that makes them. It decides nothing: which
// operators run, in which order and in which memory is in the Plan that
// internal/compile made. A run allocates nothing.
//
// Steps run one after another, each on all workers as far as its kernel is cut in
// parts. Those of a Region run part after part: each worker does all of them for
// its rows, with calls and scratch of its own.
//
// Importers: compile, which makes plans, and graph, which runs them. It knows
// no operator by name and no gorgonia. Read plan.go, then program.go and
// region.go.
package exec
