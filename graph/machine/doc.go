// Package machine runs plain gorgonia graphs, compiled. A program that uses gorgonia
// alone keeps its graph, its gradients and its solvers, and replaces one line:
//
//	vm := machine.New(g)     // was: gorgonia.NewTapeMachine(g)
//	vm := machine.NewEval(g) // was: gorgonia.NewTapeMachine(g, gorgonia.EvalMode())
//
// Lint lists the nodes of a graph that gorgonia may have got wrong.
//
// The package owns the Machine: which nodes of a graph a run computes, how it reads
// the leaves and where it leaves the results. It does not own the compiler
// (internal/compile), the programs that run (package graph) or the knowledge of
// gorgonia's operators (internal/foreign). Models that are built by graph.Builder do not
// need it: graph.Builder.Compile runs them.
//
// Importers: programs that use gorgonia; the benchmarks. Read machine.go first, then
// compile.go (what to compute) and run.go (one run).
package machine
