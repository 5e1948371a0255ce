package graph

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Doubt is the kind of a Finding.
type Doubt = op.Doubt

// The kinds of findings.
const (
	// WrongValue: gorgonia's own machines compute something else than the node
	// says. A Machine and a Program compute what it says.
	WrongValue = op.WrongValue
	// WrongGradient: gorgonia.Grad differentiates the node wrongly. Package
	// autograd differentiates it rightly; gradient nodes that gorgonia.Grad has
	// built are computed as they are.
	WrongGradient = op.WrongGradient
	// MayBeMerged: gorgonia tells nodes apart by a hash that leaves out what this
	// node differs in, so that two that were asked for may have become this one.
	// That cannot be seen in the graph any more, nor undone. A Builder's nodes
	// never merge.
	MayBeMerged = op.MayBeMerged
)

// Finding is a node of a plain gorgonia graph that may not be what was meant.
type Finding struct {
	Node   *gorgonia.Node
	Doubt  Doubt
	Reason string
}

// String names the node and the reason.
func (f Finding) String() string {
	kind := [...]string{"wrong value", "wrong gradient", "may be merged"}[f.Doubt]
	return fmt.Sprintf("node %d %q: %s: %s", f.Node.ID(), op.NameOf(f.Node), kind, f.Reason)
}

// Lint lists what gorgonia may have got wrong in a graph, in the order of the
// nodes. Nodes of this module's own operators have no findings. It only reads the
// graph.
func Lint(g *gorgonia.ExprGraph) []Finding {
	var out []Finding
	for _, n := range g.AllNodes() {
		doubts, reasons := op.Doubts(n)
		for i, d := range doubts {
			out = append(out, Finding{n, d, reasons[i]})
		}
	}
	return out
}
