package foreign

import (
	"reflect"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// node is a node of gorgonia's to read, with the fields of its operator.
type node struct {
	node *gorgonia.Node
	fields
	in  []*gorgonia.Node // the operands
	out ir.Type          // known to readers alone
}

func nodeOf(x *gorgonia.Node) node {
	return node{node: x, fields: fieldsOf(x.Op()), in: op.Operands(x)}
}

// has says whether n has at least count operands. If not, the error of its
// fields says so.
func (n node) has(count int) bool {
	if len(n.in) < count {
		n.fail("gorgonia's %s has %d operands here, want %d", typeName(n.node.Op()), len(n.in), count)
	}
	return len(n.in) >= count
}

// apply is the row e applied to the node's operands.
func (n node) apply(e *op.Entry, a ir.Attrs) op.Applied {
	return op.Applied{Entry: e, Attrs: a, In: n.in, Out: n.node}
}

// shape is that of the i-th operand, nil if its type is none of ours.
func (n node) shape(i int) ir.Shape {
	t, _ := op.TypeOf(n.in[i])
	return t.Shape
}

// Reads says whether n is a statement that gorgonia.Read made. It returns what
// the statement reads and where to.
func Reads(n *gorgonia.Node) (x *gorgonia.Node, into *gorgonia.Value, ok bool) {
	if !isOp(n, "readOp") {
		return nil, nil, false
	}
	r := nodeOf(n)
	p := r.field("into", is(reflect.Pointer))
	if !p.IsValid() || p.IsNil() || !r.has(1) {
		return nil, nil, false
	}
	return r.in[0], (*gorgonia.Value)(p.UnsafePointer()), true
}

// IsLet says whether n is a statement that gorgonia.Set made. Gorgonia's own
// machines pass over those.
func IsLet(n *gorgonia.Node) bool { return isOp(n, "letOp") }

// IsConstant says whether n is a constant of gorgonia's own.
func IsConstant(n *gorgonia.Node) bool { return n.Op() != nil && rowOf(n.Op()).constant }

// Inner says whether n is a step inside of one of gorgonia's functions, which
// gave its caller another node: the columns and the product of a convolution, the
// comparison of a rectifier, what a broadcast repeats for an elementwise operator.
// readers are the nodes that read n.
func Inner(n *gorgonia.Node, readers []*gorgonia.Node) bool {
	if len(readers) == 0 || n.Op() == nil {
		return false
	}
	all := func(is func(r *gorgonia.Node) bool) bool {
		return !slices.ContainsFunc(readers, func(r *gorgonia.Node) bool { return !is(r) })
	}
	switch {
	case inGroup(n, "Convolution"):
		return all(func(r *gorgonia.Node) bool { return inGroup(r, "Convolution") })
	case isOp(n, "repeatOp"):
		return all(func(r *gorgonia.Node) bool { return isOp(r, "repeatOp") || isOp(r, "elemBinOp") })
	case isOp(n, "sizeOp"):
		return all(func(r *gorgonia.Node) bool { return isOp(r, "repeatOp") })
	}
	return inGroup(n, "Rectify")
}

// home is the package whose operators the table is of. Somebody's own operator may
// have a type of the same name.
var home = reflect.TypeFor[gorgonia.Node]().PkgPath()

// typeName is the name of an operator's type, "" if it is none of gorgonia's.
func typeName(o gorgonia.Op) string {
	t := reflect.TypeOf(o)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() != home {
		return ""
	}
	return t.Name()
}

// isOp says whether n applies an operator of gorgonia's of that type.
func isOp(n *gorgonia.Node, name string) bool { return n.Op() != nil && typeName(n.Op()) == name }

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
