package foreign

import (
	"slices"

	"gorgonia.org/gorgonia"
)

// Doubt is what may be wrong with a node that gorgonia made.
type Doubt uint8

// The doubts.
const (
	WrongValue    Doubt = iota // gorgonia's kernel computes something else
	WrongGradient              // gorgonia's derivative is that of another function
	MayBeMerged                // gorgonia may have made one node of two
	LostGradient               // gorgonia returned the gradient of another cost
	Unread                     // the operator has other fields than in the gorgonia that we know
)

// doubt is a doubt about an operator.
type doubt struct {
	kind   Doubt
	reason string
	when   func(n node) bool // nil: always
}

// Reason is a doubt about a node, in words.
type Reason struct {
	Doubt Doubt
	Text  string
}

// Doubts are what may be wrong with n. Nodes of our own have none.
func Doubts(n *gorgonia.Node) []Reason {
	if n.Op() == nil {
		if n.Name() != "" {
			return nil
		}
		return []Reason{{MayBeMerged, "it has no name: all leaves of its type and shape without one are this node"}}
	}
	r := rowOf(n.Op())
	if len(r.doubts) == 0 {
		return nil
	}
	var out []Reason
	x := nodeOf(n)
	if x.has(r.operands) {
		for _, d := range r.doubts {
			if d.when == nil || d.when(x) {
				out = append(out, Reason{d.kind, d.reason})
			}
		}
	}
	if err := x.err(); err != nil {
		out = append(out, Reason{Unread, err.Error()})
	}
	return out
}

// WronglyDifferentiated says whether gorgonia's rule for n is wrong.
func WronglyDifferentiated(n *gorgonia.Node) bool {
	return slices.ContainsFunc(Doubts(n), func(r Reason) bool { return r.Doubt == WrongGradient })
}
