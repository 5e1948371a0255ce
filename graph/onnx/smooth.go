package onnx

import "math"

// smoothRules are those of functions that are composed of others.
var smoothRules = map[string]rule{
	"erfc":       several(func(c *call) string { return c.do("Sub", c.number(1), c.do("Erf", c.in[0])) }),
	"expm1":      several(func(c *call) string { return c.expm1(c.in[0]) }),
	"log1p":      several(func(c *call) string { return c.log1p(c.in[0]) }),
	"logsigmoid": several(func(c *call) string { return c.do("Neg", c.do("Softplus", c.do("Neg", c.in[0]))) }),
	"silu":       several(func(c *call) string { return c.do("Mul", c.in[0], c.do("Sigmoid", c.in[0])) }),
	"gelu": several(func(c *call) string { // x·(1 + erf(x/√2))/2
		phi := c.do("Add", c.do("Erf", c.do("Mul", c.in[0], c.number(math.Sqrt2/2))), c.number(1))
		return c.do("Mul", c.do("Mul", c.in[0], c.number(0.5)), phi)
	}),
	"tanhshrink": several(func(c *call) string { return c.do("Sub", c.in[0], c.do("Tanh", c.in[0])) }),
	"tanhgrad": several(func(c *call) string {
		y := c.do("Tanh", c.in[1])
		return c.do("Mul", c.in[0], c.do("Sub", c.number(1), c.do("Mul", y, y)))
	}),
	"gelugrad": several(func(c *call) string { // g·((1 + erf(x/√2))/2 + x·φ(x))
		x := c.do("Clip", c.in[1], c.number(-40), c.number(40)) // the slope is 0 and 1 beyond
		phi := c.do("Mul", c.do("Add", c.do("Erf", c.do("Mul", x, c.number(math.Sqrt2/2))), c.number(1)), c.number(0.5))
		bell := c.do("Exp", c.do("Mul", c.do("Mul", x, x), c.number(-0.5)))
		slope := c.do("Add", phi, c.do("Mul", c.do("Mul", x, bell), c.number(1/math.Sqrt(2*math.Pi))))
		return c.do("Mul", c.in[0], slope)
	}),
	"sigmoidgrad": several(func(c *call) string {
		slope := c.do("Mul", c.do("Sigmoid", c.in[1]), c.do("Sigmoid", c.do("Neg", c.in[1])))
		return c.do("Mul", c.in[0], slope)
	}),
	"logaddexp": several(func(c *call) string { return c.logAddExp(c.in[0], c.in[1]) }),
	"sinc": several(func(c *call) string {
		if n := c.int("order"); n != 0 {
			return c.refuse("got the derivative of order %d, want the function itself", n)
		}
		zero := c.number(0)
		x := c.do("Mul", c.in[0], c.number(math.Pi))
		return c.do("Where", c.do("Equal", x, zero), c.number(1), c.do("Div", c.do("Sin", x), x))
	}),
	"xlogy":   several(func(c *call) string { return c.times(c.in[0], c.do("Log", c.in[1])) }),
	"xlog1py": several(func(c *call) string { return c.times(c.in[0], c.log1p(c.in[1])) }),
	"entropy": several(func(c *call) string { // -Inf below 0
		y := c.do("Neg", c.times(c.in[0], c.do("Log", c.in[0])))
		return c.do("Where", c.do("Less", c.in[0], c.number(0)), c.number(math.Inf(-1)), y)
	}),
}

// expm1 returns eˣ − 1; near 0 it is 2t/(1 − t) with t = tanh(x/2), in which nothing cancels.
func (c *call) expm1(x string) string {
	one := c.number(1)
	t := c.do("Tanh", c.do("Mul", x, c.number(0.5)))
	near := c.do("Div", c.do("Add", t, t), c.do("Sub", one, t))
	small := c.do("Less", c.do("Abs", x), c.number(0.5))
	return c.do("Where", small, near, c.do("Sub", c.do("Exp", x), one))
}

// log1p returns log(1 + x); near 0 it is 2·artanh(x/(2 + x)), in which nothing cancels.
func (c *call) log1p(x string) string {
	near := c.do("Atanh", c.do("Div", x, c.do("Add", x, c.number(2))))
	small := c.do("Less", c.do("Abs", x), c.number(0.5))
	return c.do("Where", small, c.do("Add", near, near), c.do("Log", c.do("Add", x, c.number(1))))
}

// logAddExp returns log(eˣ + eʸ): the larger of x and y and log(1 + e^−|x−y|).
func (c *call) logAddExp(x, y string) string {
	apart := c.do("Neg", c.do("Abs", c.do("Sub", x, y)))
	return c.do("Add", c.do("Max", x, y), c.do("Where", c.do("Equal", x, y), c.number(math.Ln2), c.do("Softplus", apart)))
}

// times returns x·y, and 0 where x is 0.
func (c *call) times(x, y string) string {
	zero := c.number(0)
	return c.do("Where", c.do("Equal", x, zero), zero, c.do("Mul", x, y))
}
