package randgraph

import (
	"math"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// kind draws a step that takes the value x first; false if it does not fit.
type kind func(g *recipe, x int) (step, bool)

type (
	node  = *gorgonia.Node
	node1 = func(c *op.Ctx, x node) node
	node2 = func(c *op.Ctx, x, y node) node
)

// unary is a function of one element.
func unary(name string, build node1, f func(k *naive, x float64) float64) kind {
	return func(_ *recipe, x int) (step, bool) {
		return step{name: name, in: []int{x},
			build: func(c *op.Ctx, x []node) node { return build(c, x[0]) },
			eval: func(k *naive, x []array) array {
				return fill(x[0].shape, func(at []int) float64 { return f(k, x[0].get(at)) })
			}}, true
	}
}

// smooth is unary for a function without comparisons.
func smooth(name string, build node1, f func(x float64) float64) kind {
	return unary(name, build, func(_ *naive, x float64) float64 { return f(x) })
}

// binary is a function of two elements, broadcast.
func binary(name string, build node2, f func(k *naive, x, y float64) float64) kind {
	return func(g *recipe, x int) (step, bool) {
		y := g.pick()
		shape, ok := broadcast(g.shape(x), g.shape(y))
		if g.r.IntN(2) == 0 {
			x, y = y, x
		}
		return step{name: name, in: []int{x, y},
			build: func(c *op.Ctx, x []node) node { return build(c, x[0], x[1]) },
			eval: func(k *naive, x []array) array {
				return fill(shape, func(at []int) float64 { return f(k, x[0].spread(at), x[1].spread(at)) })
			}}, ok
	}
}

// positive keeps an operand away from where functions end.
func positive(c *op.Ctx, x node) node { return c.AddConst(c.Square(x), 0.5) }

// elementwise are the kinds of elementwise steps.
var elementwise = []kind{
	smooth("tanh", (*op.Ctx).Tanh, math.Tanh),
	smooth("sigmoid", (*op.Ctx).Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
	smooth("sin", (*op.Ctx).Sin, math.Sin),
	smooth("cos", (*op.Ctx).Cos, math.Cos),
	smooth("exp", (*op.Ctx).Exp, math.Exp),
	smooth("neg", (*op.Ctx).Neg, func(x float64) float64 { return -x }),
	smooth("square", (*op.Ctx).Square, func(x float64) float64 { return x * x }),
	smooth("cube", (*op.Ctx).Cube, func(x float64) float64 { return x * x * x }),
	smooth("softplus", (*op.Ctx).Softplus, func(x float64) float64 { return math.Log(1 + math.Exp(x)) }),
	smooth("erf", (*op.Ctx).Erf, math.Erf),
	smooth("gelu", (*op.Ctx).Gelu, func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }),
	smooth("silu", (*op.Ctx).Silu, func(x float64) float64 { return x / (1 + math.Exp(-x)) }),
	smooth("atan", (*op.Ctx).Atan, math.Atan),
	smooth("asinh", (*op.Ctx).Asinh, math.Asinh),
	smooth("logsigmoid", (*op.Ctx).LogSigmoid, func(x float64) float64 { return -math.Log(1 + math.Exp(-x)) }),
	smooth("scale", func(c *op.Ctx, x node) node { return c.Scale(x, -0.75) }, func(x float64) float64 { return -0.75 * x }),
	smooth("addconst", func(c *op.Ctx, x node) node { return c.AddConst(x, 0.25) }, func(x float64) float64 { return x + 0.25 }),
	smooth("log(x²+½)", func(c *op.Ctx, x node) node { return c.Log(positive(c, x)) }, func(x float64) float64 { return math.Log(x*x + 0.5) }),
	smooth("sqrt(x²+½)", func(c *op.Ctx, x node) node { return c.Sqrt(positive(c, x)) }, func(x float64) float64 { return math.Sqrt(x*x + 0.5) }),
	smooth("rsqrt(x²+½)", func(c *op.Ctx, x node) node { return c.Rsqrt(positive(c, x)) }, func(x float64) float64 { return 1 / math.Sqrt(x*x+0.5) }),
	smooth("1/(x²+½)", func(c *op.Ctx, x node) node { return c.Reciprocal(positive(c, x)) }, func(x float64) float64 { return 1 / (x*x + 0.5) }),
	smooth("(x²+½)^1.5", func(c *op.Ctx, x node) node { return c.PowConst(positive(c, x), 1.5) }, func(x float64) float64 { return math.Pow(x*x+0.5, 1.5) }),
	smooth("fill", func(c *op.Ctx, x node) node { return c.Fill(x, 0.5) }, func(float64) float64 { return 0.5 }),
	unary("relu", (*op.Ctx).Relu, func(k *naive, x float64) float64 { return k.larger(x, 0) }),
	unary("abs", (*op.Ctx).Abs, func(k *naive, x float64) float64 { return k.larger(x, -x) }),
	unary("leakyrelu", func(c *op.Ctx, x node) node { return c.LeakyRelu(x, 0.1) }, func(k *naive, x float64) float64 { return k.larger(x, 0.1*x) }),
	unary("elu", func(c *op.Ctx, x node) node { return c.Elu(x, 1.5) }, func(k *naive, x float64) float64 {
		if k.way(x, 0) == 1 {
			return x
		}
		return 1.5 * (math.Exp(x) - 1)
	}),
	unary("clamp", func(c *op.Ctx, x node) node { return c.Clamp(x, -0.5, 1) }, func(k *naive, x float64) float64 {
		return -k.larger(-1, -k.larger(x, -0.5))
	}),
	unary("sign", (*op.Ctx).Sign, func(k *naive, x float64) float64 {
		if k.above(x, 0) {
			return 1
		}
		return -1
	}),
	unary("floor", (*op.Ctx).Floor, func(k *naive, x float64) float64 {
		k.close = k.close || math.Abs(x-math.Round(x)) < 1e-6
		k.note(int(math.Floor(x)) + 100)
		return math.Floor(x)
	}),
	binary("add", (*op.Ctx).Add, func(_ *naive, x, y float64) float64 { return x + y }),
	binary("add", (*op.Ctx).Add, func(_ *naive, x, y float64) float64 { return x + y }),
	binary("sub", (*op.Ctx).Sub, func(_ *naive, x, y float64) float64 { return x - y }),
	binary("mul", (*op.Ctx).Mul, func(_ *naive, x, y float64) float64 { return x * y }),
	binary("mul", (*op.Ctx).Mul, func(_ *naive, x, y float64) float64 { return x * y }),
	binary("x/(y²+½)", func(c *op.Ctx, x, y node) node { return c.Div(x, positive(c, y)) }, func(_ *naive, x, y float64) float64 { return x / (y*y + 0.5) }),
	binary("(x²+½)^tanh y", func(c *op.Ctx, x, y node) node { return c.Pow(positive(c, x), c.Tanh(y)) }, func(_ *naive, x, y float64) float64 {
		return math.Pow(x*x+0.5, math.Tanh(y))
	}),
	binary("atan2(x, y²+½)", func(c *op.Ctx, x, y node) node { return c.Atan2(x, positive(c, y)) }, func(_ *naive, x, y float64) float64 { return math.Atan2(x, y*y+0.5) }),
	binary("hypot(x, y²+½)", func(c *op.Ctx, x, y node) node { return c.Hypot(x, positive(c, y)) }, func(_ *naive, x, y float64) float64 {
		return math.Sqrt(x*x + (y*y+0.5)*(y*y+0.5))
	}),
	binary("maximum", (*op.Ctx).Maximum, func(k *naive, x, y float64) float64 { return k.larger(x, y) }),
	binary("minimum", (*op.Ctx).Minimum, func(k *naive, x, y float64) float64 { return -k.larger(-x, -y) }),
	binary("where x>y", func(c *op.Ctx, x, y node) node { return c.Select(c.Gt(x, y), c.Sin(x), c.Square(y)) }, func(k *naive, x, y float64) float64 {
		if k.above(x, y) {
			return math.Sin(x)
		}
		return y * y
	}),
	binary("x<y", (*op.Ctx).Lt, func(k *naive, x, y float64) float64 {
		if k.above(y, x) {
			return 1
		}
		return 0
	}),
	binary("bcelogits", (*op.Ctx).BCELogits, func(_ *naive, x, y float64) float64 { return math.Log(1+math.Exp(x)) - x*y }),
}
