// Package special has what few models need: special functions, distances, quantiles,
// numerical integrals, and rare ways to index and arrange elements.
//
// Every function takes the *graph.Builder first, and mistakes are kept by it as for its own
// operators. Functions of one element have the shape of their operand.
//
// The package does not own the elementwise functions and index operators that most models
// need: those are methods of graph.Builder. Importers: graph/loss, and whoever builds
// graphs. Read gamma.go first, then scatter.go.
package special
