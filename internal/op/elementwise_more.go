package op

import (
	"math"

	"gorgonia.org/gorgonia"
)

// This file has elementwise functions that are made of several rows of the table.
// The compiler fuses those, so that each function is still one pass over memory.

// GeluTanh is x·½(1 + tanh(√(2/π)(x + 0.044715x³))), as x·sigmoid of twice the
// argument, which keeps its digits for negative x.
func (c *Ctx) GeluTanh(x *gorgonia.Node) *gorgonia.Node {
	in := c.Clamp(x, -50, 50) // beyond, the sigmoid is 0 or 1, with the slope 0
	u := c.Scale(c.Add(in, c.Scale(c.Cube(in), 0.044715)), 2*math.Sqrt(2/math.Pi))
	return c.Mul(x, c.Sigmoid(u))
}

// Mish is x·tanh(softplus x).
func (c *Ctx) Mish(x *gorgonia.Node) *gorgonia.Node { return c.Mul(x, c.Tanh(c.Softplus(x))) }

// HardTanh is x held to [−1, 1], with the gradient 0 at the bounds.
func (c *Ctx) HardTanh(x *gorgonia.Node) *gorgonia.Node { return c.openClamp(x, -1, 1) }

// HardSigmoid is x/6 + 1/2 held to [0, 1], with the gradient 0 at the bounds.
func (c *Ctx) HardSigmoid(x *gorgonia.Node) *gorgonia.Node {
	return c.Scale(c.openClamp(c.AddConst(x, 3), 0, 6), 1.0/6)
}

// HardSwish is x·HardSigmoid x.
func (c *Ctx) HardSwish(x *gorgonia.Node) *gorgonia.Node { return c.Mul(x, c.HardSigmoid(x)) }

// openClamp is Clamp with the gradient 0 at the bounds.
func (c *Ctx) openClamp(x *gorgonia.Node, lo, hi float64) *gorgonia.Node {
	inside := c.Mul(c.GtConst(x, lo), c.LtConst(x, hi))
	return c.Select(inside, x, c.StopGradient(c.Clamp(x, lo, hi)))
}

// The constants of SELU (Klambauer et al. 2017): with them mean 0 and variance 1 are a
// fixed point.
const (
	SeluAlpha = 1.6732632423543772848170429916717
	SeluScale = 1.0507009873554804934193349852946
)

// Selu is scale·(x for x > 0, else alpha·(eˣ − 1)), with the constants of
// Klambauer et al. (2017).
func (c *Ctx) Selu(x *gorgonia.Node) *gorgonia.Node {
	return c.Scale(c.Elu(x, SeluAlpha), SeluScale)
}
