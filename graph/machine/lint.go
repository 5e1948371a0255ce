package machine

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/internal/reverse"
	"gorgonia.org/gorgonia"
)

// Doubt is the kind of a Finding.
type Doubt uint8

// The kinds of findings.
const (
	// WrongValue: gorgonia's own machines compute another value than the node stands for. A
	// Machine and a graph.Program compute the right one.
	WrongValue Doubt = Doubt(foreign.WrongValue)
	// WrongGradient: gorgonia.Grad differentiates the node wrongly. Package autograd
	// differentiates it correctly, and so does a Machine.
	WrongGradient Doubt = Doubt(foreign.WrongGradient)
	// MayBeMerged: two calls of the program that built the graph may have got this one node.
	// The hash by which gorgonia identifies nodes leaves out something that this node depends
	// on. The graph does not show whether it happened, and nothing can undo it.
	// Nodes of a graph.Builder never merge.
	MayBeMerged Doubt = Doubt(foreign.MayBeMerged)
	// LostGradient: a second call of gorgonia.Grad stopped at the node, because the
	// node had a gradient already. For the leaves below it the second call returned
	// gradients of the first cost, or one term of a sum. A Machine completes the sum;
	// it cannot know that another cost was meant. Package autograd differentiates any
	// number of times.
	LostGradient Doubt = Doubt(foreign.LostGradient)
	// Unread: the fields of the node's operator differ from those of gorgonia
	// v0.9.18, so this module cannot read them. The operator runs by its own Do, right
	// or wrong; Stats counts it among the Fallbacks.
	Unread Doubt = Doubt(foreign.Unread)
)

var doubtNames = []string{WrongValue: "wrong value", WrongGradient: "wrong gradient", MayBeMerged: "may be merged",
	LostGradient: "lost gradient", Unread: "not read"}

// String returns the name of the kind, such as "wrong gradient".
func (d Doubt) String() string { return enum.String("doubt", doubtNames, int(d)) }

// MarshalText returns the name of the kind. Errors: ErrOption if it has none.
func (d Doubt) MarshalText() ([]byte, error) { return enum.Text("doubt", doubtNames, int(d)) }

// UnmarshalText sets d to the kind of the name. Errors: ErrOption for another name.
func (d *Doubt) UnmarshalText(text []byte) error { return enum.Read(d, "doubt", doubtNames, text) }

// Finding is a node of a plain gorgonia graph that may compute something else than was meant.
type Finding struct {
	Node   *gorgonia.Node
	Doubt  Doubt
	Reason string // one sentence
}

// String returns one line with the node, the kind and the reason.
func (f Finding) String() string {
	id, name := int64(-1), ""
	if f.Node != nil {
		id, name = f.Node.ID(), op.NameOf(f.Node)
	}
	return fmt.Sprintf("node %d %q: %v: %s", id, name, f.Doubt, f.Reason)
}

// Lint returns the nodes of a graph that gorgonia may have got wrong, in the order of the
// nodes. It finds nothing in this module's own operators, or in a nil graph. It does not
// change the graph.
func Lint(g *gorgonia.ExprGraph) []Finding {
	if g == nil {
		return nil
	}
	lost := reverse.ReadRecord(g).Lost
	var out []Finding
	for _, n := range g.AllNodes() {
		for _, r := range foreign.Doubts(n) {
			out = append(out, Finding{n, Doubt(r.Doubt), r.Text})
		}
		if slices.Contains(lost, n) {
			out = append(out, Finding{n, LostGradient, "gorgonia.Grad was called a second time, and stopped here since the node has a gradient"})
		}
	}
	return out
}
