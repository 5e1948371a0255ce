// Package compile turns a gorgonia graph into a plan that internal/exec runs:
// lower reads the nodes into the IR, a table of passes rewrites it, plan lays
// out the memory.
//
// It owns lowering, the passes and the memory plan; the operators' own rewrites
// are in their rows. Importers: graph. Read compile.go first.
package compile
