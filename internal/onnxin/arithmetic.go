package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"gorgonia.org/gorgonia"
)

// arithmeticRules are those of arithmetic, element by element, of operands that broadcast.
var arithmeticRules = map[string]rule{
	"Add": binary((*graph.Builder).Add),
	"Sub": binary((*graph.Builder).Sub),
	"Mul": binary((*graph.Builder).Mul),
	"Div": {least: 2, most: 2, make: quotient},
	"Mod": {least: 2, most: 2, make: modulo},
	"Pow": {least: 2, most: 2, make: power},

	"Sum":  folded((*graph.Builder).Add, false),
	"Mean": folded((*graph.Builder).Add, true),
	"Max":  folded((*graph.Builder).Maximum, false),
	"Min":  folded((*graph.Builder).Minimum, false),
}

type node = *gorgonia.Node

// binary is an operator of two operands of one type.
func binary(f func(b *graph.Builder, x, y node) node) rule {
	return rule{least: 2, most: 2, make: func(c *call) []Value {
		x, y := c.pair()
		return c.floats(c.wrap(c.kind(0), f(c.Builder, x, y)))
	}}
}

// pair returns the operands 0 and 1, which have one type.
func (c *call) pair() (x, y node) {
	c.alike(0, 1)
	return c.float(0), c.aligned()
}

// alike ends the rule unless two operands have one type.
func (c *call) alike(i, j int) {
	if c.kind(i) != c.kind(j) {
		c.malformed("got %v and %v, want one type", c.kind(i), c.kind(j))
	}
}

// aligned returns operand 1. Before version 7 it could begin at an axis of operand 0, and
// broadcast only if an attribute said so.
func (c *call) aligned() node {
	y := c.float(1)
	if c.version >= 7 {
		return y
	}
	s, t := c.dims(0), c.dims(1)
	if !c.boolAttr("broadcast", false) {
		if !slices.Equal(s, t) {
			c.malformed("got the shapes %v and %v without broadcast, want one shape", s, t)
		}
		return y
	}
	if !c.hasAttr("axis") {
		return y
	}
	axis := c.axis(c.intAttr("axis", 0), len(s))
	if axis+len(t) > len(s) {
		c.malformed("got the shape %v from axis %d of %v on, want no more axes", t, axis, s)
	}
	return c.Reshape(y, append(t, slices.Repeat([]int{1}, len(s)-axis-len(t))...)...)
}

// narrow are the bits of integers that are computed with overflow, as in ONNX. Wider ones are
// as exact as the floats that hold them.
var narrow = map[onnxfile.Kind]float64{onnxfile.Int8: 8, onnxfile.Uint8: 8, onnxfile.Int16: 16, onnxfile.Uint16: 16}

// wrap returns integers modulo the range of a narrow type, and everything else as it is.
func (c *call) wrap(kind onnxfile.Kind, x node) node {
	bits := narrow[kind]
	if bits == 0 {
		return x
	}
	low, all := 0.0, float64(int(1)<<int(bits))
	if kind == onnxfile.Int8 || kind == onnxfile.Int16 {
		low = -all / 2
	}
	return c.AddConst(c.Remainder(c.AddConst(x, -low), c.Scalar(all)), low)
}

// whole returns results of the type of operand 0, integers without their fraction.
func (c *call) whole(y node) []Value {
	if !c.kind(0).IsFloat() {
		y = c.Trunc(y)
	}
	return c.floats(y)
}

// quotient rounds integers towards 0.
func quotient(c *call) []Value {
	x, y := c.pair()
	return c.whole(c.Div(x, y))
}

// modulo has the sign of the divisor, or with fmod that of the dividend.
func modulo(c *call) []Value {
	x, y := c.pair()
	if c.boolAttr("fmod", false) {
		return c.floats(c.FMod(x, y))
	}
	if c.kind(0).IsFloat() {
		c.malformed("got floats without fmod, want fmod = 1")
	}
	return c.floats(c.Remainder(x, y))
}

// power has the type of the base. Powers of integers are rounded where they are integers up to
// the error of a float32, and cut elsewhere.
func power(c *call) []Value {
	x, y := c.float(0), c.aligned()
	if a := c.value(1).Known; a != nil && a.len() == 1 && len(a.Shape) <= len(c.dims(0)) {
		x = c.PowConst(x, a.numbers()[0])
	} else if a := c.value(0).Known; a != nil && a.len() == 1 && len(a.Shape) <= len(c.dims(1)) && a.numbers()[0] == 2 {
		x = c.Exp2(c.float(1)) // as Write writes it; the last bit of a power may differ
	} else {
		x = c.Pow(x, y)
	}
	if c.kind(0).IsFloat() {
		return c.floats(x)
	}
	near := c.Round(x)
	isNear := c.LessEqual(c.Abs(c.Sub(x, near)), c.Scale(c.Abs(x), 1e-6))
	return c.floats(c.Where(isNear, near, c.Trunc(x)))
}

// folded is an operator of any number of operands, or their mean.
func folded(f func(b *graph.Builder, x, y node) node, mean bool) rule {
	return rule{least: 1, most: -1, make: func(c *call) []Value {
		y := c.float(0)
		for i := 1; i < len(c.in); i++ {
			c.alike(0, i)
			y = f(c.Builder, y, c.float(i))
		}
		if mean {
			y = c.Scale(y, 1/float64(len(c.in)))
		}
		return c.floats(y)
	}}
}
