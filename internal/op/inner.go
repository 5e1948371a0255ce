package op

import (
	"reflect"
	"slices"

	"gorgonia.org/gorgonia"
)

// Inner says whether n, which readers read, is a step inside of one of gorgonia's
// functions, which gave its caller another node: the columns and the product of a
// convolution, the comparison of a rectifier, what a broadcast repeats for an
// elementwise operator.
func Inner(n *gorgonia.Node, readers []*gorgonia.Node) bool {
	if len(readers) == 0 || n.Op() == nil {
		return false
	}
	all := func(is func(r *gorgonia.Node) bool) bool {
		return !slices.ContainsFunc(readers, func(r *gorgonia.Node) bool { return !is(r) })
	}
	switch name := fieldsOf(n.Op()).name(); {
	case inGroup(n, "Convolution"):
		return all(func(r *gorgonia.Node) bool { return inGroup(r, "Convolution") })
	case name == "repeatOp":
		return all(func(r *gorgonia.Node) bool { return isOp(r, "repeatOp") || isOp(r, "elemBinOp") })
	case name == "sizeOp":
		return all(func(r *gorgonia.Node) bool { return isOp(r, "repeatOp") })
	}
	return inGroup(n, "Rectify")
}

// isOp says whether n applies an operator of the type.
func isOp(n *gorgonia.Node, name string) bool {
	return n.Op() != nil && fieldsOf(n.Op()).name() == name
}

// inGroup says whether gorgonia put n in a group of that name.
func inGroup(n *gorgonia.Node, name string) bool {
	groups := reflect.ValueOf(n).Elem().FieldByName("groups")
	if groups.Kind() != reflect.Slice {
		return false
	}
	for i := range groups.Len() {
		if g := groups.Index(i); g.Kind() == reflect.Struct && g.FieldByName("Name").String() == name {
			return true
		}
	}
	return false
}
