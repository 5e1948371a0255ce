package onnxin

import (
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// constantRules are those of constants and of what changes no element.
var constantRules = map[string]rule{
	"Constant": {make: constant},
	"Identity": {least: 1, most: 1, moves: true, make: func(c *call) []Value { return []Value{c.value(0)} }},
	"Cast": {least: 1, most: 1, moves: true, make: func(c *call) []Value {
		return c.cast(onnxfile.Kind(c.intAttr("to", 0)))
	}},
	"OptionalGetElement": {least: 1, most: 1, moves: true, make: func(c *call) []Value { return []Value{c.value(0)} }}, // of a tensor
	"OptionalHasElement": {most: 1, make: hasElement},
	"CastLike":           {least: 2, most: 2, make: func(c *call) []Value { return c.cast(c.kind(1)) }},
}

// constant is a tensor that the node has as one of several attributes.
func constant(c *call) []Value {
	switch {
	case c.hasAttr("value"):
		return []Value{read(c.tensorAttr("value"))}
	case c.hasAttr("value_float"):
		return []Value{{Kind: onnxfile.Float, Known: &Array{Floats: []float64{c.floatAttr("value_float", 0)}}}}
	case c.hasAttr("value_floats"):
		v := c.floatsAttr("value_floats", nil)
		return []Value{{Kind: onnxfile.Float, Known: &Array{Shape: []int{len(v)}, Floats: v}}}
	case c.hasAttr("value_int"):
		v := vector(c.intAttr("value_int", 0))
		return []Value{{Kind: v.Kind, Known: v.Known.reshaped(nil)}}
	case c.hasAttr("value_ints"):
		return []Value{vector(c.intsAttr("value_ints", nil)...)}
	}
	c.refuse("got a constant of the attributes %v, want floats or integers", sortedKeys(c.Attrs))
	return nil
}

// hasElement reports whether there is an operand.
func hasElement(c *call) []Value {
	a := &Array{Ints: []int64{0}}
	if c.has(0) {
		c.value(0)
		a.Ints[0] = 1
	}
	return []Value{{Kind: onnxfile.Bool, Known: a}}
}

// cast changes the type of the elements. Nodes of floats hold integers and booleans as they are:
// a cast to integers cuts the fraction off, one to booleans compares with 0.
func (c *call) cast(to onnxfile.Kind) []Value {
	c.ignore("saturate", "round_mode") // of float8, which is not read
	if err := to.Check(); err != nil {
		panic(about(c.Node, err))
	}
	x := c.value(0)
	switch {
	case x.Known != nil:
		return []Value{{Kind: to, Known: c.converted(x, to)}}
	case c.isIndex(x) && to.IsInt():
		return []Value{{Kind: to, Node: x.Node}}
	case to.IsInt() && x.Kind.IsFloat():
		return c.typed(to, c.wrap(to, c.Trunc(c.float(0))))
	case to.IsInt():
		return c.typed(to, c.wrap(to, c.float(0)))
	case to == onnxfile.Bool && x.Kind != onnxfile.Bool:
		return c.truth(c.NotEqual(c.float(0), c.Scalar(0)))
	}
	return c.typed(to, c.rounding(c.float(0), x.Kind, to))
}

// converted returns the elements of a Known value in another type.
func (c *call) converted(x Value, to onnxfile.Kind) *Array {
	y := &Array{Shape: x.Known.Shape}
	switch {
	case to.IsFloat():
		y.Floats = x.Known.numbers()
		for i, v := range y.Floats {
			y.Floats[i] = c.rounded(roundTo(to, v))
		}
	case x.Known.Floats != nil:
		y.Ints = make([]int64, len(x.Known.Floats))
		for i, v := range x.Known.Floats {
			if y.Ints[i] = wrapped(to, int64(v)); to == onnxfile.Bool && v != 0 {
				y.Ints[i] = 1
			}
		}
	default:
		y.Ints = make([]int64, len(x.Known.Ints))
		for i, v := range x.Known.Ints {
			y.Ints[i] = wrapped(to, v)
		}
	}
	return y
}
