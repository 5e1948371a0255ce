package main

import (
	"fmt"
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

func init() {
	type B = graph.Builder
	const nn = "nn.functional."
	simple := map[string]func(b *B, x *gorgonia.Node) *gorgonia.Node{
		"abs": (*B).Abs, "acos": (*B).Acos, "acosh": (*B).Acosh, "asin": (*B).Asin, "asinh": (*B).Asinh, "atan": (*B).Atan,
		"atanh": (*B).Atanh, "ceil": (*B).Ceil, "cos": (*B).Cos, "cosh": (*B).Cosh, "deg2rad": (*B).Radians, "digamma": (*B).Digamma,
		"special_digamma": (*B).Digamma, "special_entr": (*B).Entropy, "erf": (*B).Erf, "special_erf": (*B).Erf, "erfc": (*B).Erfc,
		"special_erfc": (*B).Erfc, "special_erfcx": (*B).Erfcx, "erfinv": (*B).Erfinv, "special_erfinv": (*B).Erfinv, "exp": (*B).Exp,
		"exp2": (*B).Exp2, "special_exp2": (*B).Exp2, "expit": (*B).Sigmoid, "special_expit": (*B).Sigmoid, "expm1": (*B).Expm1,
		"special_expm1": (*B).Expm1, "floor": (*B).Floor, "frac": (*B).Frac, "lgamma": (*B).Lgamma, "special_gammaln": (*B).Lgamma,
		"log": (*B).Log, "log10": (*B).Log10, "log1p": (*B).Log1p, "special_log1p": (*B).Log1p, "log2": (*B).Log2,
		"special_log_ndtr": (*B).LogNormalCDF, "special_ndtr": (*B).NormalCDF, "special_ndtri": (*B).NormalQuantile, "neg": (*B).Neg,
		"rad2deg": (*B).Degrees, "reciprocal": (*B).Reciprocal, "rsqrt": (*B).Rsqrt, "sigmoid": (*B).Sigmoid, "sign": (*B).Sign,
		"sgn": (*B).Sign, "sin": (*B).Sin, "sinc": (*B).Sinc, "special_sinc": (*B).Sinc, "sinh": (*B).Sinh, "sqrt": (*B).Sqrt,
		"square": (*B).Square, "tan": (*B).Tan, "tanh": (*B).Tanh, "trunc": (*B).Trunc, "fix": (*B).Trunc, "relu": (*B).ReLU,
		nn + "logsigmoid": (*B).LogSigmoid, nn + "relu": (*B).ReLU, nn + "relu6": (*B).ReLU6, nn + "selu": (*B).SELU, nn + "silu": (*B).SiLU,
		nn + "mish": (*B).Mish, nn + "softsign": (*B).Softsign, nn + "hardsigmoid": (*B).HardSigmoid, nn + "hardswish": (*B).HardSwish,
		nn + "tanhshrink": (*B).TanhShrink, nn + "sigmoid": (*B).Sigmoid, nn + "tanh": (*B).Tanh,
	}
	for i, name := range []string{"i0", "special_i1"} {
		simple[name] = func(b *B, x *gorgonia.Node) *gorgonia.Node { return b.BesselI(x, i) }
		simple[fmt.Sprintf("special_i%de", i)] = func(b *B, x *gorgonia.Node) *gorgonia.Node { return b.BesselIScaled(x, i) }
	}
	simple["special_i0"] = simple["i0"]
	for _, name := range []string{"positive", "conj", "conj_physical", "resolve_conj", "resolve_neg", "real", "clone", "contiguous", "double", "detach"} {
		simple[name] = func(_ *B, x *gorgonia.Node) *gorgonia.Node { return x }
	}
	for name, f := range simple {
		torchRules[name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x) })
	}
	settings := map[string]func(c *call, x *gorgonia.Node) *gorgonia.Node{
		"angle": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.Scale(c.Where(c.IsNaN(x), x, c.Less(x, c.Scalar(0))), math.Pi)
		},
		"round":    func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.RoundDecimals(x, c.int(-1, "decimals", 0)) },
		"logit":    func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Logit(x, c.num(0, "eps", 0)) },
		"mvlgamma": func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.MultivariateLgamma(x, c.int(0, "p", 1)) },
		"fill": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.Broadcast(c.tensor(0, "value"), c.Shape(x)...)
		},
		"zero_":     func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Scale(x, 0) },
		nn + "elu":  func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.ELU(x, c.num(0, "alpha", 1)) },
		nn + "celu": func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.CELU(x, c.num(0, "alpha", 1)) },
		nn + "leaky_relu": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.LeakyReLU(x, c.num(0, "negative_slope", 0.01))
		},
		nn + "rrelu": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			if c.flag(2, "training", false) {
				c.unsupported("random slopes")
				return nil
			}
			return c.LeakyReLU(x, (c.num(0, "lower", 1./8)+c.num(1, "upper", 1./3))/2)
		},
		nn + "hardtanh": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.HardTanhTo(x, c.num(0, "min_val", -1), c.num(1, "max_val", 1))
		},
		nn + "softplus": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.SoftplusBeta(x, c.num(0, "beta", 1), c.num(1, "threshold", 20))
		},
		nn + "softshrink": func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.SoftShrink(x, c.num(0, "lambd", 0.5)) },
		nn + "hardshrink": func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.HardShrink(x, c.num(0, "lambd", 0.5)) },
		nn + "threshold": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.Threshold(x, c.num(0, "threshold", 0), c.num(1, "value", 0))
		},
		nn + "prelu": func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.PReLU(x, c.tensor(0, "weight")) },
		nn + "glu":   func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.GLU(x, c.int(0, "dim", -1)) },
		nn + "gelu": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			if c.text(0, "approximate", "none") == "tanh" {
				return c.GELUTanh(x)
			}
			return c.GELU(x)
		},
		"nan_to_num": func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return c.NaNToNum(x, c.num(0, "nan", 0), c.num(1, "posinf", math.MaxFloat64), c.num(2, "neginf", -math.MaxFloat64))
		},
	}
	for name, f := range settings {
		torchRules[name] = each1(f)
	}
	torchRules["detach_"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.StopGradient(x) })
	for name, f := range map[string]func(b *B, x *gorgonia.Node) *gorgonia.Node{"gelu_tanh": (*B).GELUTanh, "gelu_erf": (*B).GELU, "cube": (*B).Cube} {
		torchRules[name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x) })
	}
	torchRules["special_logit"], torchRules["special_multigammaln"] = torchRules["logit"], torchRules["mvlgamma"]
	torchRules["polygamma"] = one1(func(c *call) *gorgonia.Node {
		x, n := c.input, c.int(0, "n", 0)
		if c.input == nil { // torch.polygamma(n, x)
			f, _ := c.s.Input.plain.(float64)
			x, n = c.tensor(0, "input"), int(f)
		}
		if n == 0 {
			return c.Digamma(x)
		}
		return c.Polygamma(x, n)
	})
	torchRules["special_polygamma"] = torchRules["polygamma"]
	hard := torchRules[nn+"hardsigmoid"]
	torchRules[nn+"hardsigmoid"] = func(c *call) []*gorgonia.Node {
		c.k.Tolerance.RTol = 1e-7 // torch's slope is 1/6 in single precision
		return hard(c)
	}
	binaryRules()
}

func binaryRules() {
	type B = graph.Builder
	plain := map[string]func(b *B, x, y *gorgonia.Node) *gorgonia.Node{
		"mul": (*B).Mul, "multiply": (*B).Mul, "atan2": (*B).Atan2, "arctan2": (*B).Atan2, "hypot": (*B).Hypot, "pow": (*B).Pow,
		"float_power": (*B).Pow, "maximum": (*B).Maximum, "minimum": (*B).Minimum, "xlogy": (*B).Xlogy, "special_xlogy": (*B).Xlogy,
		"special_xlog1py": (*B).Xlog1py, "true_divide": (*B).Div, "copysign": (*B).CopySign, "ldexp": (*B).LDexp, "logaddexp": (*B).LogAddExp,
		"logaddexp2": (*B).LogAddExp2, "fmin": (*B).FMin, "fmax": (*B).FMax, "fmod": (*B).FMod, "remainder": (*B).Remainder,
		"heaviside":    (*B).Heaviside,
		"floor_divide": func(b *B, x, y *gorgonia.Node) *gorgonia.Node { return b.Floor(b.Div(x, y)) },
	}
	for name, f := range plain {
		torchRules[name] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x, y) })
	}
	for name, f := range map[string]func(b *B, x, y *gorgonia.Node) *gorgonia.Node{"add": (*B).Add, "sub": (*B).Sub} {
		torchRules[name] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			return f(c.Builder, x, c.Scale(y, c.num(-1, "alpha", 1)))
		})
	}
	torchRules["subtract"] = torchRules["sub"]
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
	torchRules["divide"] = torchRules["div"]
	for name, f := range map[string]func(b *B, x, y *gorgonia.Node) *gorgonia.Node{
		"__radd__": (*B).Add, "__rmul__": (*B).Mul, "__rsub__": (*B).Sub, "__rdiv__": (*B).Div, "__rpow__": (*B).Pow, "__rmod__": (*B).Remainder} {
		torchRules[name] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return f(c.Builder, y, x) })
	}
	bound := func(c *call, i int, name string) *gorgonia.Node {
		if !c.given(i, name) {
			return nil
		}
		return c.tensor(i, name)
	}
	torchRules["clamp"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.ClampTo(x, bound(c, 0, "min"), bound(c, 1, "max"))
	})
	torchRules["clip"] = torchRules["clamp"]
	torchRules["clamp_min"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.ClampTo(x, bound(c, 0, "min"), nil) })
	torchRules["clamp_max"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.ClampTo(x, nil, bound(c, 0, "max")) })
	torchRules["where"] = one1(func(c *call) *gorgonia.Node {
		return c.Where(c.tensor(0, "condition"), c.input, c.tensor(1, "other"))
	})
	torchRules["masked_fill"] = one1(func(c *call) *gorgonia.Node {
		return c.Where(c.tensor(0, "mask"), c.tensor(1, "value"), c.input)
	})
	torchRules["lerp"] = one1(func(c *call) *gorgonia.Node { return c.Lerp(c.input, c.tensor(0, "end"), c.tensor(1, "weight")) })
	torchRules["addcmul"] = one1(func(c *call) *gorgonia.Node {
		return c.AddCMul(c.input, c.tensor(0, "tensor1"), c.tensor(1, "tensor2"), c.num(-1, "value", 1))
	})
	torchRules["addcdiv"] = one1(func(c *call) *gorgonia.Node {
		return c.AddCDiv(c.input, c.tensor(0, "tensor1"), c.tensor(1, "tensor2"), c.num(-1, "value", 1))
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
