package op

import (
	"reflect"

	"gorgonia.org/gorgonia"
)

// This file holds what is read of any node by reflection, since gorgonia keeps it
// private, and what marks nodes of our own.

// Operands are the operands of n in order: none of a leaf. Gorgonia's exported
// methods give them without order and repeats.
func Operands(n *gorgonia.Node) []*gorgonia.Node {
	v := reflect.ValueOf(n).Elem().FieldByName("children")
	out := make([]*gorgonia.Node, v.Len())
	for i := range out {
		out[i] = (*gorgonia.Node)(v.Index(i).UnsafePointer())
	}
	return out
}

// expect enters the next node of g in gorgonia's index of nodes by ID. Gorgonia
// looks every new node up there. If it is missing, gorgonia searches all nodes for
// it, and building a graph takes a time that grows with the square of its size.
// Without these fields, nothing happens.
func expect(g *gorgonia.ExprGraph) {
	v := reflect.ValueOf(g).Elem()
	byID, all, counter := v.FieldByName("byID"), v.FieldByName("all"), v.FieldByName("counter")
	if byID.Kind() != reflect.Map || all.Kind() != reflect.Slice || !counter.CanUint() {
		return
	}
	if index, ok := reflect.NewAt(byID.Type(), byID.Addr().UnsafePointer()).Interface().(*map[int64]int); ok && *index != nil {
		(*index)[int64(counter.Uint())] = all.Len()
	}
}

// Locked calls f while nobody else makes nodes: what of gorgonia's makes any must
// be called so.
func Locked(f func()) {
	building.Lock()
	defer building.Unlock()
	f()
}

// IsAsked says whether somebody asked for n: it is a node of gorgonia's, or one of
// ours that a call gave the user, not one that a derivative needed on the way.
func IsAsked(n *gorgonia.Node) bool {
	o, ours := n.Op().(*Op)
	return !ours || o.Asked
}

// Asked marks the nodes as given to the user.
func Asked(nodes ...*gorgonia.Node) {
	for _, n := range nodes {
		if o, ours := n.Op().(*Op); ours {
			o.Asked = true
		}
	}
}
