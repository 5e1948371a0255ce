package graph

// Lookup is how Compile knows the leaves of a graph.
var Lookup = (*Builder).lookup

// Rules is the number of rules that p.Frozen looks at.
func Rules(p *Params) int { return len(p.rules) }
