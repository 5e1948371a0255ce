package op

import "gorgonia.org/gorgonia"

// Describe reads n as a row applied to operands. isOp is false for a leaf: a
// node without an operator, or one of gorgonia's constants. An operator of
// gorgonia's that takes several rows is read as the last of them, the others
// being nodes that c makes.
func Describe(c *Ctx, n *gorgonia.Node) (a Applied, isOp bool, err error) {
	switch o := n.Op().(type) {
	case nil:
		return Applied{}, false, nil
	case *Op:
		return Applied{o.Entry, o.Attrs, o.In, n}, true, nil
	}
	return describeForeign(c, n)
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
