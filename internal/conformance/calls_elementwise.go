package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch's elementwise functions.

// each1 is the rule of a function of the input alone.
func each1(f func(c *call, x *gorgonia.Node) *gorgonia.Node) torchRule {
	return one1(func(c *call) *gorgonia.Node { return f(c, c.input) })
}

// each2 is the rule of a function of the input and a second tensor or number.
func each2(f func(c *call, x, y *gorgonia.Node) *gorgonia.Node) torchRule {
	return one1(func(c *call) *gorgonia.Node { return f(c, c.input, c.tensor(0, "other")) })
}

// zero keeps the shape of x and has the gradient 0.
func zero(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Scale(x, 0) }

// masked is x where the condition holds and 0 elsewhere, with gradients of 0 there.
func masked(c *call, cond, x *gorgonia.Node) *gorgonia.Node { return c.Where(cond, x, zero(c, x)) }

func init() {
	simple := map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
		"abs": (*graph.Builder).Abs, "acos": (*graph.Builder).Acos, "acosh": (*graph.Builder).Acosh, "asin": (*graph.Builder).Asin,
		"asinh": (*graph.Builder).Asinh, "atan": (*graph.Builder).Atan, "atanh": (*graph.Builder).Atanh, "ceil": (*graph.Builder).Ceil,
		"cos": (*graph.Builder).Cos, "cosh": (*graph.Builder).Cosh, "digamma": (*graph.Builder).Digamma, "erf": (*graph.Builder).Erf,
		"erfc": (*graph.Builder).Erfc, "exp": (*graph.Builder).Exp, "exp2": (*graph.Builder).Exp2, "expm1": (*graph.Builder).Expm1,
		"floor": (*graph.Builder).Floor, "lgamma": (*graph.Builder).Lgamma, "log": (*graph.Builder).Log, "log10": (*graph.Builder).Log10,
		"log1p": (*graph.Builder).Log1p, "log2": (*graph.Builder).Log2, "neg": (*graph.Builder).Neg, "reciprocal": (*graph.Builder).Reciprocal,
		"rsqrt": (*graph.Builder).Rsqrt, "sigmoid": (*graph.Builder).Sigmoid, "sign": (*graph.Builder).Sign, "sgn": (*graph.Builder).Sign,
		"sin": (*graph.Builder).Sin, "sinh": (*graph.Builder).Sinh, "sqrt": (*graph.Builder).Sqrt, "square": (*graph.Builder).Square,
		"tan": (*graph.Builder).Tan, "tanh": (*graph.Builder).Tanh, "trunc": (*graph.Builder).Trunc, "fix": (*graph.Builder).Trunc,
		"nn.functional.logsigmoid": (*graph.Builder).LogSigmoid, "nn.functional.relu": (*graph.Builder).ReLU, "relu": (*graph.Builder).ReLU,
		"nn.functional.selu": (*graph.Builder).SELU, "nn.functional.silu": (*graph.Builder).SiLU, "nn.functional.mish": (*graph.Builder).Mish,
		"nn.functional.softsign": (*graph.Builder).Softsign, "nn.functional.hardsigmoid": (*graph.Builder).HardSigmoid,
		"nn.functional.hardswish": (*graph.Builder).HardSwish, "special_ndtr": ndtr,
		"positive": func(_ *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return x },
	}
	for name, f := range simple {
		torchRules[name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x) })
	}
	degrees := math.Pi / 180
	torchRules["deg2rad"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Scale(x, degrees) })
	torchRules["rad2deg"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Scale(x, 1/degrees) })
	torchRules["frac"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Sub(x, c.Trunc(x)) })
	torchRules["round"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		k := math.Pow(10, math.Abs(c.num(-1, "decimals", 0)))
		if c.num(-1, "decimals", 0) < 0 {
			return c.Scale(c.Round(c.Div(x, c.Scalar(k))), k)
		}
		return c.Div(c.Round(c.Scale(x, k)), c.Scalar(k))
	})
	torchRules["sinc"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		at := c.Equal(x, c.Scalar(0))
		safe := c.Scale(c.Where(at, c.AddConst(zero(c, x), 1), x), math.Pi)
		return c.Where(at, c.AddConst(zero(c, x), 1), c.Div(c.Sin(safe), safe))
	})
	torchRules["nan_to_num"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		top := c.num(1, "posinf", math.MaxFloat64)
		low := c.num(2, "neginf", -math.MaxFloat64)
		isNaN, isInf := c.IsNaN(x), c.IsInf(x)
		clean := c.Where(c.Add(isNaN, isInf), c.Scalar(0), x)
		y := c.Add(clean, c.Mul(c.Where(isNaN, c.Scalar(1), c.Scalar(0)), c.Scalar(c.num(0, "nan", 0))))
		up := c.Mul(isInf, c.Greater(x, c.Scalar(0)))
		down := c.Mul(isInf, c.Less(x, c.Scalar(0)))
		return c.Where(up, c.Scalar(top), c.Where(down, c.Scalar(low), y))
	})
	torchRules["nn.functional.elu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.ELU(x, c.num(0, "alpha", 1)) })
	hard := torchRules["nn.functional.hardsigmoid"]
	torchRules["nn.functional.hardsigmoid"] = func(c *call) []*gorgonia.Node {
		c.k.Tolerance.RTol = 1e-7 // torch's slope is 1/6 in single precision
		return hard(c)
	}
	torchRules["nn.functional.celu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := c.num(0, "alpha", 1)
		return c.Scale(c.ELU(c.Scale(x, 1/a), 1), a)
	})
	torchRules["nn.functional.leaky_relu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.LeakyReLU(x, c.num(0, "negative_slope", 0.01))
	})
	torchRules["nn.functional.relu6"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Clamp(x, 0, 6) })
	torchRules["nn.functional.hardtanh"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Clamp(x, c.num(0, "min_val", -1), c.num(1, "max_val", 1))
	})
	torchRules["nn.functional.gelu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.text(0, "approximate", "none") == "tanh" {
			return c.GELUTanh(x)
		}
		return c.GELU(x)
	})
	torchRules["nn.functional.softplus"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		beta, threshold := c.num(0, "beta", 1), c.num(1, "threshold", 20)
		y := c.Scale(c.Softplus(c.Scale(x, beta)), 1/beta)
		return c.Where(c.Greater(c.Scale(x, beta), c.Scalar(threshold)), x, y)
	})
	torchRules["nn.functional.tanhshrink"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Sub(x, c.Tanh(x)) })
	torchRules["nn.functional.softshrink"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		l := c.num(0, "lambd", 0.5)
		return c.Sub(c.ReLU(c.AddConst(x, -l)), c.ReLU(c.AddConst(c.Neg(x), -l)))
	})
	torchRules["nn.functional.hardshrink"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return masked(c, c.Greater(c.Abs(x), c.Scalar(c.num(0, "lambd", 0.5))), x)
	})
	torchRules["nn.functional.threshold"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Where(c.Greater(x, c.Scalar(c.num(0, "threshold", 0))), x, c.AddConst(zero(c, x), c.num(1, "value", 0)))
	})
	torchRules["nn.functional.prelu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		w := c.tensor(0, "weight")
		if n := c.rank(x); n >= 2 && c.rank(w) == 1 && c.Shape(w)[0] > 1 {
			shape := make([]int, n-1)
			for i := range shape {
				shape[i] = 1
			}
			shape[0] = c.Shape(w)[0]
			w = c.Reshape(w, shape...)
		} else {
			w = c.Reshape(w)
		}
		return c.Add(c.ReLU(x), c.Mul(w, c.Neg(c.ReLU(c.Neg(x)))))
	})
	torchRules["nn.functional.glu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := axis(c.int(0, "dim", -1), c.rank(x))
		n := c.Shape(x)[a] / 2
		parts := c.Split(x, a, n, n)
		return c.Mul(parts[0], c.Sigmoid(parts[1]))
	})
	binaryRules()
}

// ndtr is the normal distribution function.
func ndtr(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	return b.Scale(b.Erfc(b.Scale(x, -math.Sqrt2/2)), 0.5)
}

func binaryRules() {
	plain := map[string]func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node{
		"mul": (*graph.Builder).Mul, "atan2": (*graph.Builder).Atan2, "hypot": (*graph.Builder).Hypot, "pow": (*graph.Builder).Pow,
		"float_power": (*graph.Builder).Pow, "maximum": (*graph.Builder).Maximum, "minimum": (*graph.Builder).Minimum,
		"xlogy": (*graph.Builder).Xlogy, "special_xlog1py": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return b.Xlogy(x, b.AddConst(y, 1))
		},
		"true_divide": (*graph.Builder).Div,
		"copysign": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			sign := b.Where(b.Less(y, b.Scalar(0)), b.Scalar(-1), b.Scalar(1))
			return b.Mul(b.Abs(x), b.Broadcast(sign, b.Shape(b.Add(x, y))...))
		},
		"ldexp": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return b.Mul(x, b.Exp2(y)) },
		"logaddexp": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.Maximum(x, y), b.Softplus(b.Neg(b.Abs(b.Sub(x, y)))))
		},
		"logaddexp2": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			d := b.Scale(b.Abs(b.Sub(x, y)), -math.Ln2)
			return b.Add(b.Maximum(x, y), b.Scale(b.Softplus(d), 1/math.Ln2))
		},
		"fmin": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return fMinMax(b, x, y, b.Minimum) },
		"fmax": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return fMinMax(b, x, y, b.Maximum) },
		"fmod": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return b.Sub(x, b.Mul(y, b.Trunc(b.Div(x, y))))
		},
		"remainder": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node {
			return b.Sub(x, b.Mul(y, b.Floor(b.Div(x, y))))
		},
		"floor_divide": func(b *graph.Builder, x, y *gorgonia.Node) *gorgonia.Node { return b.Floor(b.Div(x, y)) },
	}
	for name, f := range plain {
		torchRules[name] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x, y) })
	}
	torchRules["add"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Add(x, c.Scale(y, c.num(-1, "alpha", 1))) })
	torchRules["sub"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Sub(x, c.Scale(y, c.num(-1, "alpha", 1))) })
	torchRules["rsub"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Sub(y, c.Scale(x, c.num(-1, "alpha", 1))) })
	torchRules["div"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		switch c.text(-1, "rounding_mode", "") {
		case "trunc":
			return c.Trunc(c.Div(x, y))
		case "floor":
			return c.Floor(c.Div(x, y))
		}
		return c.Div(x, y)
	})
	clamp := func(c *call, x *gorgonia.Node, lo, hi bool, at int) *gorgonia.Node {
		// The gradient of a tie goes to x, as if it were inside.
		if lo && c.given(at, "min") {
			m := c.tensor(at, "min")
			x, m = together(c, x, m)
			x = c.Where(c.Less(x, m), m, x)
		}
		if lo {
			at++
		}
		if hi && c.given(at, "max") {
			m := c.tensor(at, "max")
			x, m = together(c, x, m)
			x = c.Where(c.Greater(x, m), m, x)
		}
		return x
	}
	torchRules["clamp"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return clamp(c, x, true, true, 0) })
	torchRules["clip"] = torchRules["clamp"]
	torchRules["clamp_min"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return clamp(c, x, true, false, 0) })
	torchRules["clamp_max"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return clamp(c, x, false, true, 0) })
	torchRules["where"] = one1(func(c *call) *gorgonia.Node {
		return c.Where(c.tensor(0, "condition"), c.input, c.tensor(1, "other"))
	})
	torchRules["masked_fill"] = one1(func(c *call) *gorgonia.Node {
		return c.Where(c.tensor(0, "mask"), c.tensor(1, "value"), c.input)
	})
	torchRules["lerp"] = one1(func(c *call) *gorgonia.Node { return c.Lerp(c.input, c.tensor(0, "end"), c.tensor(1, "weight")) })
	torchRules["addcmul"] = one1(func(c *call) *gorgonia.Node {
		return c.Add(c.input, c.Scale(c.Mul(c.tensor(0, "tensor1"), c.tensor(1, "tensor2")), c.num(-1, "value", 1)))
	})
	torchRules["addcdiv"] = one1(func(c *call) *gorgonia.Node {
		return c.Add(c.input, c.Scale(c.Div(c.tensor(0, "tensor1"), c.tensor(1, "tensor2")), c.num(-1, "value", 1)))
	})
}

// together broadcasts two tensors to their common shape.
func together(c *call, x, y *gorgonia.Node) (*gorgonia.Node, *gorgonia.Node) {
	s := c.Shape(c.Add(x, y))
	if c.Err() != nil {
		return x, y
	}
	return c.Broadcast(x, s...), c.Broadcast(y, s...)
}

// fMinMax is f where neither is NaN, and the other one where one is.
func fMinMax(b *graph.Builder, x, y *gorgonia.Node, f func(x, y *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	return b.Where(b.IsNaN(x), y, b.Where(b.IsNaN(y), x, f(x, y)))
}
