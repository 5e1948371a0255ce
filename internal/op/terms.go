package op

import (
	"reflect"

	"gorgonia.org/gorgonia"
)

// This file asks gorgonia's rules of differentiation for what gorgonia.Grad made
// of them.

// IsTerm says whether n is a term of a gradient, or made on the way to one, by
// gorgonia's marks.
func IsTerm(n *gorgonia.Node) bool {
	group := reflect.ValueOf(n).Elem().FieldByName("group")
	return group.Kind() == reflect.String && (group.String() == "gradients" || group.String() == "undifferentiated nodes")
}

// Differentiable says whether gorgonia differentiates n by its i-th operand.
func Differentiable(n *gorgonia.Node, i int) bool {
	sd, ok := n.Op().(gorgonia.SDOp)
	if !ok {
		return false
	}
	wrt := sd.DiffWRT(len(childrenOf(n)))
	return i < len(wrt) && wrt[i]
}

// Terms are what gorgonia's rule for n gives for each of its operands where n has
// a gradient recorded. Gorgonia finds the nodes that the rule made when it was
// first asked; if it makes new ones, what they were is not known, and there are no
// terms.
func Terms(n *gorgonia.Node) []*gorgonia.Node {
	sd, ok := n.Op().(gorgonia.SDOp)
	if !ok || n.Deriv() == nil {
		return nil
	}
	building.Lock()
	defer building.Unlock()
	before := len(n.Graph().AllNodes())
	got, _, err := askSymDiff(sd, childrenOf(n), n, n.Deriv())
	if err != nil || len(n.Graph().AllNodes()) != before {
		return nil
	}
	return got[:min(len(got), len(childrenOf(n)))]
}
