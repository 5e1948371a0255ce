package graph

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// Doubt is the kind of a Finding.
type Doubt = foreign.Doubt

// The kinds of findings.
const (
	// WrongValue: gorgonia's own machines compute something else than the node
	// says. A Machine and a Program compute what it says.
	WrongValue = foreign.WrongValue
	// WrongGradient: gorgonia.Grad differentiates the node wrongly. Package
	// autograd differentiates it rightly, and a Machine computes the right
	// gradients where gorgonia.Grad has built the wrong ones.
	WrongGradient = foreign.WrongGradient
	// MayBeMerged: gorgonia tells nodes apart by a hash that leaves out what this
	// node differs in, so that two that were asked for may have become this one.
	// That cannot be seen in the graph any more, nor undone. A Builder's nodes
	// never merge.
	MayBeMerged = foreign.MayBeMerged
	// LostGradient: a second call of gorgonia.Grad stopped at the node, which had
	// a gradient already. For the leaves below it that call returned gradients of
	// the cost of the first, which is what these nodes mean to a Machine too; or
	// one term, which a Machine makes the whole gradient. Package autograd
	// differentiates any number of times.
	LostGradient = foreign.LostGradient
	// Unread: the node's operator has other fields than in gorgonia v0.9.18, so that
	// this module cannot read it. It runs by its own Do, right or wrong; Stats counts
	// it among the Fallbacks.
	Unread = foreign.Unread
)

// Finding is a node of a plain gorgonia graph that may not be what was meant.
type Finding struct {
	Node   *gorgonia.Node
	Doubt  Doubt
	Reason string
}

// String names the node and the reason.
func (f Finding) String() string {
	return fmt.Sprintf("node %d %q: %s: %s", f.Node.ID(), op.NameOf(f.Node), f.Doubt, f.Reason)
}

// Lint lists what gorgonia may have got wrong in a graph, in the order of the
// nodes. Nodes of this module's own operators have no findings. It adds nothing to
// the graph. A nil graph has no findings.
func Lint(g *gorgonia.ExprGraph) []Finding {
	if g == nil {
		return nil
	}
	lost := reverse.ReadRecord(g).Lost
	var out []Finding
	for _, n := range g.AllNodes() {
		for _, r := range foreign.Doubts(n) {
			out = append(out, Finding{n, r.Doubt, r.Text})
		}
		if slices.Contains(lost, n) {
			out = append(out, Finding{n, LostGradient, "gorgonia.Grad was called a second time, and stopped here since the node has a gradient"})
		}
	}
	return out
}
