package op

import "gorgonia.org/gorgonia"

// Key names an operator of gorgonia's.
type Key string

func describeForeign(n *gorgonia.Node) (Applied, bool, error) {
	return Applied{}, false, Unsupportedf("node %q has the operator %v, which is not known", n.Name(), n.Op())
}
