package onnxin

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"gorgonia.org/gorgonia"
)

// call is a node that is built. Its rule reads operands and attributes, and makes nodes with the
// Builder's own methods.
type call struct {
	*building
	*graph.Builder
	step
	version int64 // of ONNX's operators
	in      []Value
	read    map[int]bool    // operands that the rule has read
	asked   map[string]bool // attributes that it has read
}

// refuse ends the rule: the node is legal and is not read.
func (c *call) refuse(format string, a ...any) { panic(refuse(c.Node, format, a...)) }

// malformed ends the rule: ONNX does not allow the node.
func (c *call) malformed(format string, a ...any) { panic(malformed(c.Node, format, a...)) }

// tooMuch ends the rule: the node is beyond the limits.
func (c *call) tooMuch(format string, a ...any) {
	panic(about(c.Node, mistake.Newf(mistake.ErrMemory, format, a...)))
}

// leftovers refuses attributes and operands that the rule has not read.
func (c *call) leftovers() {
	for _, name := range sortedKeys(c.Attrs) {
		if !c.asked[name] {
			c.refuse("got the attribute %s, which is not read", name)
		}
	}
	for i := range c.in {
		if c.has(i) && !c.read[i] {
			c.refuse("got the operand %d (%q), which is not read", i, c.In[i])
		}
	}
}

// has reports whether operand i is given.
func (c *call) has(i int) bool { return i < len(c.in) && !c.in[i].isNone() }

// value returns operand i.
func (c *call) value(i int) Value {
	if !c.has(i) {
		c.malformed("got no operand %d, want one", i)
	}
	c.read[i] = true
	return c.in[i]
}

// kind returns the type of the elements of operand i.
func (c *call) kind(i int) onnxfile.Kind { return c.value(i).Kind }

// dims returns the shape of operand i.
func (c *call) dims(i int) []int { return c.shape(c.value(i)) }

// float returns operand i as a node of floats. Integers and booleans are converted.
func (c *call) float(i int) *gorgonia.Node { return c.floatOf(c.value(i)) }

// floatOf returns a value as a node of floats.
func (c *call) floatOf(v Value) *gorgonia.Node {
	switch {
	case v.Known != nil:
		return c.Const(v.Known.numbers(), v.Known.Shape...)
	case c.isIndex(v):
		return c.AsFloats(v.Node)
	}
	return v.Node
}

// index returns operand i as a node of integers.
func (c *call) index(i int) *gorgonia.Node {
	v := c.value(i)
	switch {
	case v.Known != nil:
		return c.ConstInts(c.ints(i), v.Known.Shape...)
	case !c.isIndex(v):
		return c.AsInts(v.Node)
	}
	return v.Node
}

// moved returns operand i as a node of floats or integers, whichever it is: for rules that only
// move elements.
func (c *call) moved(i int) *gorgonia.Node {
	if v := c.value(i); v.Node != nil {
		return v.Node
	}
	if c.kind(i).IsInt() {
		return c.index(i)
	}
	return c.float(i)
}

// isKnown reports whether the elements of operand i are known.
func (c *call) isKnown(i int) bool { return c.has(i) && c.in[i].Known != nil }

// allKnown reports whether those of all operands are.
func (c *call) allKnown() bool {
	return !slices.ContainsFunc(c.in, func(v Value) bool { return v.Node != nil })
}

// known returns operand i, whose elements must be known.
func (c *call) known(i int) *Array {
	v := c.value(i)
	if v.Known == nil {
		c.refuse("operand %d (%q): got a value that is computed, want one that is known when the graph is built", i, c.In[i])
	}
	return v.Known
}

// ints returns the integers of operand i, which must be known. Numbers beyond the range of int
// become its ends.
func (c *call) ints(i int) []int {
	a := c.known(i)
	if a.Ints == nil && a.len() > 0 {
		c.malformed("operand %d (%q): got %v, want integers", i, c.In[i], c.kind(i))
	}
	out := make([]int, len(a.Ints))
	for k, v := range a.Ints {
		out[k] = clip(v)
	}
	return out
}

// number returns the only element of operand i, which must be known; without the operand it is
// the fallback.
func (c *call) number(i int, fallback float64) float64 {
	if !c.has(i) {
		return fallback
	}
	a := c.known(i)
	if a.len() != 1 {
		c.malformed("operand %d (%q): got the shape %v, want one element", i, c.In[i], a.Shape)
	}
	return a.numbers()[0]
}

// list returns integers that are an attribute in files before the version, and operand i in
// others. It is not ok if neither is given.
func (c *call) list(name string, version int64, i int) (list []int, ok bool) {
	if c.version < version {
		if !c.hasAttr(name) {
			return nil, false
		}
		return c.intsAttr(name, nil), true
	}
	if !c.has(i) {
		return nil, false
	}
	return c.ints(i), true
}

// axis returns an axis of a rank, which may count from the last.
func (c *call) axis(axis, rank int) int {
	if axis < -rank || axis >= rank {
		panic(about(c.Node, mistake.Shapef("got axis %d of %d axes, want %d to %d", axis, rank, -rank, rank-1)))
	}
	if axis < 0 {
		axis += rank
	}
	return axis
}

// axes is axis for several, which must differ.
func (c *call) axes(list []int, rank int) []int {
	out := make([]int, len(list))
	for i, a := range list {
		out[i] = c.axis(a, rank)
		if slices.Contains(out[:i], out[i]) {
			c.malformed("got the axes %v of %d, want each once", list, rank)
		}
	}
	return out
}

// floats returns results that are nodes, of the type of the first operand.
func (c *call) floats(nodes ...*gorgonia.Node) []Value { return c.typed(c.in[0].Kind, nodes...) }

// truth returns a result that is a node of 1 and 0.
func (c *call) truth(n *gorgonia.Node) []Value { return c.typed(onnxfile.Bool, n) }

// typed returns results that are nodes.
func (c *call) typed(kind onnxfile.Kind, nodes ...*gorgonia.Node) []Value {
	out := make([]Value, len(nodes))
	for i, n := range nodes {
		out[i] = Value{Kind: kind, Node: n}
	}
	return out
}

// String returns the operator and its name, for messages.
func (c *call) String() string { return fmt.Sprintf("%s %q", c.Op, c.step.Name) }
