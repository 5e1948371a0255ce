package op

import (
	"reflect"

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
