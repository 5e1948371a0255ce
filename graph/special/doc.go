// Package special has what few models need: special functions, distances, statistics
// of an axis, and rare ways to index and arrange elements.
//
// It does not own the elementwise functions and index operators that most models need,
// which are methods of graph.Builder. Importers: whoever builds graphs.
package special
