package op

import (
	"reflect"
	"slices"

	"gorgonia.org/gorgonia"
)

// Inner says whether n, which readers read, is a step inside of one of gorgonia's
// functions, which gave its caller another node: the columns and the product of a
// convolution, the comparison of a rectifier.
func Inner(n *gorgonia.Node, readers []*gorgonia.Node) bool {
	inConv := func(n *gorgonia.Node) bool { return inGroup(n, "Convolution") }
	if inConv(n) {
		return len(readers) > 0 && !slices.ContainsFunc(readers, func(r *gorgonia.Node) bool { return !inConv(r) })
	}
	return inGroup(n, "Rectify")
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
