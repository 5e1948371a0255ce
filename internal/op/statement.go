package op

import (
	"reflect"
	"slices"

	"gorgonia.org/gorgonia"
)

// Reads says whether n is a statement that gorgonia.Read made, what it reads and
// where to.
func Reads(n *gorgonia.Node) (x *gorgonia.Node, into *gorgonia.Value, ok bool) {
	if n.Op() == nil {
		return nil, nil, false
	}
	f := fieldsOf(n.Op())
	if f.v.Kind() != reflect.Struct || f.name() != "readOp" {
		return nil, nil, false
	}
	in := childrenOf(n)
	p := f.v.FieldByName("into")
	if len(in) != 1 || p.Kind() != reflect.Pointer || p.IsNil() {
		return nil, nil, false
	}
	return in[0], (*gorgonia.Value)(p.UnsafePointer()), true
}

// IsLet says whether n is a statement that gorgonia.Set made, which gorgonia's own
// machines pass over.
func IsLet(n *gorgonia.Node) bool {
	return n.Op() != nil && fieldsOf(n.Op()).name() == "letOp"
}

// Operands are the operands of n in order: none of a leaf.
func Operands(n *gorgonia.Node) []*gorgonia.Node { return childrenOf(n) }

// IsConstant says whether n is a constant of gorgonia's own.
func IsConstant(n *gorgonia.Node) bool {
	if n.Op() == nil {
		return false
	}
	name := fieldsOf(n.Op()).name()
	return name == "constantScalar" || name == "constantTensor"
}

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
func Terms(n *gorgonia.Node) (terms []*gorgonia.Node) {
	sd, ok := n.Op().(gorgonia.SDOp)
	if !ok || n.Deriv() == nil {
		return nil
	}
	building.Lock()
	defer building.Unlock()
	defer func() {
		if recover() != nil {
			terms = nil
		}
	}()
	before := len(n.Graph().AllNodes())
	got, err := sd.SymDiff(childrenOf(n), n, n.Deriv())
	if err != nil || len(n.Graph().AllNodes()) != before {
		return nil
	}
	return got[:min(len(got), len(childrenOf(n)))]
}

// WronglyDifferentiated says whether gorgonia's rule for n is wrong.
func WronglyDifferentiated(n *gorgonia.Node) bool {
	doubts, _ := Doubts(n)
	return slices.Contains(doubts, WrongGradient)
}
