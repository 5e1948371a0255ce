// Package exec runs a planned computation. It owns the arenas, the calls, which are
// prepared once, and the loop that makes the calls. It decides nothing: the Plan, which
// internal/compile makes, says which operators run, in which order and in which memory. A
// run allocates nothing.
//
// Steps run one after another. Each uses several workers if its kernel can be cut into
// parts. The steps of a Region are different: each worker runs all of them for its own
// rows, with calls and scratch of its own.
//
// Importers: compile, which makes plans, and graph, which runs them. The package names no
// operator and does not know gorgonia. Read plan.go, then program.go and region.go.
package exec
