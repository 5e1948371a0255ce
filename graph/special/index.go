package special

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// IndexAdd is x: [n, ...] with the rows of s added at the places that the vector
// index lists.
func IndexAdd(b *graph.Builder, x, s, index *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.IndexAdd", x, s, index)
	defer c.Leave()
	return c.IndexAdd(x, s, index)
}
