package onnx

import "math"

// elementwiseRules are those of arithmetic and of functions that ONNX has.
var elementwiseRules = map[string]rule{
	"abs": direct("Abs"), "acos": direct("Acos"), "acosh": direct("Acosh"), "asin": direct("Asin"), "asinh": direct("Asinh"),
	"atan": direct("Atan"), "atanh": direct("Atanh"), "ceil": direct("Ceil"), "cos": direct("Cos"), "cosh": direct("Cosh"),
	"erf": direct("Erf"), "exp": direct("Exp"), "floor": direct("Floor"), "log": direct("Log"), "neg": direct("Neg"),
	"reciprocal": direct("Reciprocal"), "relu": direct("Relu"), "round": direct("Round"), "sigmoid": direct("Sigmoid"),
	"sign": direct("Sign"), "sin": direct("Sin"), "sinh": direct("Sinh"), "softplus": direct("Softplus"),
	"softsign": direct("Softsign"), "sqrt": direct("Sqrt"), "root": direct("Sqrt"), "tan": direct("Tan"), "tanh": direct("Tanh"),

	"add": direct("Add"), "sub": direct("Sub"), "mul": direct("Mul"), "div": direct("Div"), "pow": direct("Pow"),
	"maximum": direct("Max"), "minimum": direct("Min"),

	"addconst":     withConstant("Add"),
	"scale":        withConstant("Mul"),
	"powconst":     withConstant("Pow"),
	"elu":          one(func(c *call) string { return c.sloped("Elu", c.expm1) }),
	"leakyrelu":    one(func(c *call) string { return c.sloped("LeakyRelu", func(x string) string { return x }) }),
	"stopgradient": one(func(c *call) string { return c.do("Identity", c.in[0]) }),
	"square":       one(func(c *call) string { return c.do("Mul", c.in[0], c.in[0]) }),
	"clamp": one(func(c *call) string {
		return c.do("Clip", c.in[0], c.number(c.v.Attrs.Float("lo")), c.number(c.v.Attrs.Float("hi")))
	}),
	"exp2": one(func(c *call) string { return c.do("Pow", c.number(2), c.in[0]) }),
	"fmod": one(func(c *call) string { return c.node("Mod", attrs{"fmod": 1}, c.in...) }),
	"fill": one(func(c *call) string {
		c.out = nil
		return c.number(c.by())
	}),

	"cube":  several(func(c *call) string { return c.do("Mul", c.do("Mul", c.in[0], c.in[0]), c.in[0]) }),
	"rsqrt": several(func(c *call) string { return c.do("Reciprocal", c.do("Sqrt", c.in[0])) }),
	"log2":  several(func(c *call) string { return c.do("Mul", c.do("Log", c.in[0]), c.number(1/math.Ln2)) }),
	"log10": several(func(c *call) string { return c.do("Mul", c.do("Log", c.in[0]), c.number(1/math.Ln10)) }),
	"trunc": several(func(c *call) string {
		x := c.in[0]
		return c.do("Where", c.do("Less", x, c.number(0)), c.do("Ceil", x), c.do("Floor", x))
	}),
	"remainder": several(func(c *call) string { // of fmod, and y where that has the other sign
		y := c.in[1]
		r := c.node("Mod", attrs{"fmod": 1}, c.in...)
		apart := c.do("Less", c.do("Mul", c.do("Sign", r), c.do("Sign", y)), c.number(0))
		return c.do("Where", apart, c.do("Add", r, y), r)
	}),
	"cosquare": several(func(c *call) string { // (1 − x)(1 + x)
		one := c.number(1)
		return c.do("Mul", c.do("Sub", one, c.in[0]), c.do("Add", one, c.in[0]))
	}),
	"lerp": several(func(c *call) string {
		return c.do("Add", c.in[0], c.do("Mul", c.in[2], c.do("Sub", c.in[1], c.in[0])))
	}),
	"hypot": several(func(c *call) string {
		x, y, most := c.scaled()
		return c.do("Mul", most, c.length(x, y))
	}),
	"unit": several(func(c *call) string {
		x, y, _ := c.scaled()
		return c.do("Div", x, c.do("Max", c.length(x, y), c.number(tiny)))
	}),
	"atan2": several(angle),
}

// tiny is a number that float32 has, and that is small beside anything.
const tiny = 1e-30

// direct is an operator that ONNX has with the same operands.
func direct(op string) rule { return one(func(c *call) string { return c.do(op, c.in...) }) }

// withConstant is an operator of ONNX with the attribute by as its second operand.
func withConstant(op string) rule {
	return one(func(c *call) string { return c.do(op, c.in[0], c.number(c.by())) })
}

// by returns the attribute of that name.
func (c *call) by() float64 { return c.v.Attrs.Float("by") }

// scaled returns both operands divided by the larger magnitude, and that.
func (c *call) scaled() (x, y, most string) {
	most = c.do("Max", c.do("Abs", c.in[0]), c.do("Abs", c.in[1]), c.number(tiny))
	return c.do("Div", c.in[0], most), c.do("Div", c.in[1], most), most
}

// length returns √(x² + y²).
func (c *call) length(x, y string) string {
	return c.do("Sqrt", c.do("Add", c.do("Mul", x, x), c.do("Mul", y, y)))
}

// angle is atan2: the arc tangent of y/x, turned by π to the left of the y axis, and 0 at the
// origin.
func angle(c *call) string {
	y, x, zero := c.in[0], c.in[1], c.number(0)
	a := c.do("Atan", c.do("Div", y, x))
	turn := c.do("Where", c.do("Less", y, zero), c.number(-math.Pi), c.number(math.Pi))
	a = c.do("Where", c.do("Less", x, zero), c.do("Add", a, turn), a)
	origin := c.do("And", c.do("Equal", x, zero), c.do("Equal", y, zero))
	return c.do("Where", origin, zero, a)
}

// sloped is an operator that is x above 0, and below it the attribute by times f. Attributes
// are numbers of float32: in a file of float64 another slope needs a constant.
func (c *call) sloped(op string, f func(x string) string) string {
	if by := c.by(); c.floats == float || by == float64(float32(by)) {
		return c.node(op, attrs{"alpha": by}, c.in[0])
	}
	x, zero := c.in[0], c.number(0)
	below := c.do("Mul", f(c.do("Min", x, zero)), c.number(c.by()))
	return c.do("Where", c.do("Less", x, zero), below, x)
}
