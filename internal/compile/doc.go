// Package compile turns a gorgonia graph into a plan that internal/exec runs.
//
// A compilation has three phases. Lower reads the nodes into the IR. Then the table of
// passes rewrites it. At last the planner lays out the memory and finds the regions that
// several workers compute without waiting for each other.
//
// The package owns the passes, the planner and the policy of threads. It names no
// operator but those that it makes itself: what a pass must know of an operator stands in
// the operator's row, an ir.Def. Importers: graph.
//
// To change the compiler, read passes.go: the table, the reasons for its order, and how a
// pass is run and ends. Each pass is one file beside its cases in testdata/<pass>.txt.
// views.go holds what several passes ask about a function.
package compile
