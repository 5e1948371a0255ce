// Package exec runs a planned computation: it owns the arenas, the calls that
// are prepared once, and the loop that makes them. It decides nothing: which
// operators run, in which order and in which memory is in the Plan that
// internal/compile made. A run allocates nothing.
//
// Importers: compile, which makes plans, and graph, which runs them. It knows
// no operator by name and no gorgonia. Read plan.go, then program.go.
package exec
