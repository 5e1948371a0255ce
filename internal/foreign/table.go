package foreign

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// row is what this module knows of one operator of gorgonia's.
type row struct {
	// name is the operator's Go type, as "sumOp". An elementwise operator has a
	// row for each function: "elemUnaryOp tanh".
	name     string
	constant bool                      // it is a leaf with a value
	operands int                       // how many the functions below rely on
	read     reader                    // nil: it runs by its own Do
	doubts   []doubt                   // what gorgonia may get wrong
	settings func(n node) []func() int // what users may change between two runs
	do       doer                      // what runs in place of its own Do
	mend     func(n node, r rule) rule // makes gorgonia's derivative right
}

// doer is the Do of an operator.
type doer func(o gorgonia.Op, in ...gorgonia.Value) (gorgonia.Value, error)

// reader says what a node computes: a row of package op applied to operands. The
// result has no Entry if the node cannot be read. Why not is c's error or that of
// the node's fields; neither has one if the node is just of another form than
// those that can be read.
type reader func(c *op.Ctx, n node) op.Applied

// rule is the derivative of an operator, as in op.Entry.
type rule = func(c *op.Ctx, a op.Applied, d *gorgonia.Node) []*gorgonia.Node

// as reads an operator without attributes as the row e.
func as(e *op.Entry) reader {
	return func(_ *op.Ctx, n node) op.Applied { return n.apply(e, nil) }
}

// composed reads an operator as the nodes that f makes, the last of which has
// the value. f returns nil for what it cannot read.
func composed(f func(c *op.Ctx, n node) *gorgonia.Node) reader {
	return func(c *op.Ctx, n node) op.Applied { return n.made(c, f(c, n)) }
}

// made reads n as the node y that c made, or as a copy of y if that is no node of
// ours or has another shape.
func (n node) made(c *op.Ctx, y *gorgonia.Node) op.Applied {
	if y == nil || c.Err != nil {
		return op.Applied{}
	}
	o, ours := y.Op().(*op.Op)
	if !ours || !o.Out.Shape.Equal(n.out.Shape) {
		if y = c.Apply(&op.Reshape, ir.A("shape", []int(n.out.Shape)), y); y == nil {
			return op.Applied{}
		}
		o = y.Op().(*op.Op)
	}
	return op.Applied{Entry: o.Entry, Attrs: o.Attrs, In: o.In, Out: n.node}
}

// table are the rows by name.
var table = map[string]row{}

func init() {
	for _, r := range slices.Concat(elementwise, products, reductions, shapes, images, norms, others) {
		if _, ok := table[r.name]; ok {
			panic("foreign: two rows for " + r.name)
		}
		table[r.name] = r
	}
}

// rowName is the name of the row of an operator, if it has one.
func rowName(o gorgonia.Op) string {
	name := typeName(o)
	if name == "elemUnaryOp" || name == "elemBinOp" {
		function, _, _ := strings.Cut(o.String(), " ")
		name += " " + function
	}
	return name
}

// rowOf is the row of an operator, empty for one that gorgonia does not have.
func rowOf(o gorgonia.Op) row { return table[rowName(o)] }

// Describe reads x as a row applied to operands. isOp is false for a leaf: a
// node without an operator, or one of gorgonia's constants. An operator that
// takes several rows is read as the last of them; c makes the nodes before it.
// What cannot be read is an opaque row, whose attributes say why.
//
// Values and derivatives are then those of our rows: where gorgonia's kernel or
// rule is wrong, ours is used.
//
// Errors: a type other than float32, float64 and int; one of gorgonia's random
// nodes in a Builder's graph.
func Describe(c *op.Ctx, x *gorgonia.Node) (a op.Applied, isOp bool, err error) {
	switch o := x.Op().(type) {
	case nil:
		return op.Applied{}, false, nil
	case *op.Op:
		return op.Applied{Entry: o.Entry, Attrs: o.Attrs, In: o.In, Out: x}, true, nil
	}
	if err := op.CheckRandom(x); err != nil {
		return op.Applied{}, false, err
	}
	n := nodeOf(x)
	if n.out, err = op.TypeOf(x); err != nil {
		return op.Applied{}, false, err
	}
	r := rowOf(x.Op())
	if r.constant {
		return op.Applied{}, false, nil
	}
	k := c.Fork()
	if r.read != nil && n.has(r.operands) {
		a = r.read(k, n)
	}
	switch {
	case n.err() != nil:
		a, err = opaque(r, n, n.err())
	case k.Err != nil || a.Entry == nil:
		a, err = opaque(r, n, k.Err)
	}
	return a, err == nil, err
}
