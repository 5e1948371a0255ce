package op

import (
	"reflect"
	"runtime"
	"sync"
	"weak"

	"gorgonia.org/gorgonia"
)

// failures has, for each graph that a Ctx owns, that Ctx's failure. So whoever holds
// a node of the graph finds what went wrong. The map keeps no graph alive.
var failures sync.Map // weak.Pointer[gorgonia.ExprGraph] to *failure

// Own makes c the owner of its graph: Mistake finds c's failure by any of its nodes.
func (c *Ctx) Own() {
	key := weak.Make(c.Graph)
	failures.Store(key, c.failure)
	runtime.AddCleanup(c.Graph, func(key weak.Pointer[gorgonia.ExprGraph]) { failures.Delete(key) }, key)
}

// Mistake returns the failure of the Ctx that owns the graph of one of the nodes,
// nil if none has failed.
func Mistake(nodes ...*gorgonia.Node) error {
	for _, n := range nodes {
		if n == nil {
			continue
		}
		if f, ok := failures.Load(weak.Make(n.Graph())); ok && f.(*failure).Err != nil {
			return f.(*failure).Err
		}
	}
	return nil
}

// MarkState notes that n is a state of c's graph: IsState finds it.
func (c *Ctx) MarkState(n *gorgonia.Node) {
	if c.states == nil {
		c.states = map[string]bool{}
	}
	c.states[n.Name()] = true
}

// IsState says whether n is a leaf that MarkState was called with.
func IsState(n *gorgonia.Node) bool {
	if n == nil || n.Op() != nil {
		return false
	}
	f, ok := failures.Load(weak.Make(n.Graph()))
	return ok && f.(*failure).states[n.Name()]
}

// isOwned says whether a Ctx owns g: it is the graph of a Builder.
func isOwned(g *gorgonia.ExprGraph) bool {
	_, ok := failures.Load(weak.Make(g))
	return ok
}

// CheckRandom refuses gorgonia's random nodes in the graph of a Builder.
func CheckRandom(n *gorgonia.Node) error {
	if n.Op() == nil || reflect.TypeOf(n.Op()).String() != "gorgonia.randomOp" || !isOwned(n.Graph()) {
		return nil
	}
	return Unsupportedf("got gorgonia's random node %q, want a node that a seed can repeat, and that is not one with others of its shape: "+
		"use the Builder's Uniform or Normal, or feed random numbers to an input", NameOf(n))
}
