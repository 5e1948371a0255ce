package onnxin

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// Row is an operator of the compiler that a node computes together with nodes before it. It is
// built in the node's stead: so a file that this project wrote computes what the model did, bit
// by bit.
type Row struct {
	Name  string
	Attrs ir.Attrs
	In    []string // tensors of the graph

	// Of an operator along an axis, that has as many rounds for extents above Over and up to
	// twice that. For 0 the operator is an elementwise one, whose operands broadcast.
	Over int
}

// asRow makes the call one of the row of its node. It does not if an operand is no node of
// floats, since integers have an arithmetic of their own, or if the row has another extent.
func (c *call) asRow(r Row) {
	var in []Value
	for _, name := range r.In {
		v := c.values[name]
		if v.Node == nil || !v.Kind.IsFloat() {
			return
		}
		in = append(in, v)
	}
	if r.Over > 0 {
		shape, axis := c.shape(in[0]), r.Attrs.Int("axis")
		if axis >= len(shape) || shape[axis] <= r.Over || shape[axis] > 2*r.Over {
			return
		}
	}
	c.in = in
	c.rule = &rule{make: func(c *call) []Value { return c.row(r) }}
	c.ignore(sortedKeys(c.Attrs)...)
}

// row applies the operator.
func (c *call) row(r Row) []Value {
	var shape []int
	for i := range c.in {
		shape = c.broadcast(shape, c.dims(i))
	}
	var in []node
	for i := range c.in {
		x := c.float(i)
		if r.Over == 0 {
			x = c.Broadcast(x, shape...)
		}
		in = append(in, x)
	}
	return c.floats(c.core.Apply(op.Lookup(r.Name), r.Attrs, in...))
}
