package graph

// Lookup is how Compile knows the leaves of a graph.
var Lookup = (*Builder).lookup
