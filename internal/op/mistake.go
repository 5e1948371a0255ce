package op

import (
	"runtime"
	"sync"
	"weak"

	"gorgonia.org/gorgonia"
)

// failures are those of the Ctx that have a graph to themselves, by that graph:
// whoever has a node of it finds what went wrong. It keeps no graph alive.
var failures sync.Map // weak.Pointer[gorgonia.ExprGraph] to *failure

// Own makes the failures of c those of its graph.
func (c *Ctx) Own() {
	key := weak.Make(c.Graph)
	failures.Store(key, c.failure)
	runtime.AddCleanup(c.Graph, func(key weak.Pointer[gorgonia.ExprGraph]) { failures.Delete(key) }, key)
}

// Mistake is the first failure of the Ctx that owns the graph of one of the nodes,
// nil if there is none.
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
