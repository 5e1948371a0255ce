// Package compile turns a gorgonia graph into a plan that internal/exec runs:
// lower reads the nodes into the IR, a table of passes rewrites it, descend makes
// steps of gradients, plan lays out the memory, and finds the regions that each of
// several workers can do for its rows alone.
//
// It owns lowering, the passes and the memory plan; the operators' own rewrites
// are in their rows. Importers: graph. Read compile.go first.
package compile
