package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"gorgonia.org/gorgonia"
)

// This file has the rules of elementwise functions.

type (
	node   = *gorgonia.Node
	build  = graph.Builder
	unary  = func(b *build, x node) node
	binary = func(b *build, x, y node) node
)

const functional = "nn.functional."

func init() {
	for name, f := range map[string]unary{
		"abs": (*build).Abs, "acos": (*build).Acos, "acosh": (*build).Acosh, "asin": (*build).Asin, "asinh": (*build).Asinh,
		"atan": (*build).Atan, "atanh": (*build).Atanh, "ceil": (*build).Ceil, "cos": (*build).Cos, "cosh": (*build).Cosh,
		"deg2rad": special.Radians, "digamma": special.Digamma, "special.entr": special.Entropy, "erf": (*build).Erf,
		"erfc": special.Erfc, "special.erfcx": special.Erfcx, "erfinv": special.Erfinv, "exp": (*build).Exp, "exp2": (*build).Exp2,
		"expm1": (*build).Expm1, "floor": (*build).Floor, "frac": special.Frac, "lgamma": special.Lgamma, "log": (*build).Log,
		"log10": (*build).Log10, "log1p": (*build).Log1p, "log2": (*build).Log2, "special.log_ndtr": special.LogNormalCDF,
		"special.ndtr": special.NormalCDF, "special.ndtri": special.NormalQuantile, "neg": (*build).Neg, "rad2deg": special.Degrees,
		"reciprocal": (*build).Reciprocal, "rsqrt": (*build).Rsqrt, "sigmoid": (*build).Sigmoid, "sign": (*build).Sign,
		"sin": (*build).Sin, "sinc": special.Sinc, "sinh": (*build).Sinh, "sqrt": (*build).Sqrt, "square": (*build).Square,
		"tan": (*build).Tan, "tanh": (*build).Tanh, "trunc": (*build).Trunc, "relu": (*build).ReLU,
		functional + "logsigmoid": (*build).LogSigmoid, functional + "relu6": nn.ReLU6, functional + "selu": nn.SELU, functional + "silu": (*build).SiLU,
		functional + "mish": nn.Mish, functional + "softsign": nn.Softsign, functional + "hardswish": nn.HardSwish,
		functional + "tanhshrink": nn.TanhShrink, "isnan": (*build).IsNaN, "isinf": (*build).IsInf, "detach": (*build).StopGradient,
		"i0":           func(b *build, x node) node { return special.BesselI(b, x, 0) },
		"special.i1":   func(b *build, x node) node { return special.BesselI(b, x, 1) },
		"special.i0e":  func(b *build, x node) node { return special.BesselIScaled(b, x, 0) },
		"special.i1e":  func(b *build, x node) node { return special.BesselIScaled(b, x, 1) },
		"positive":     func(_ *build, x node) node { return x },
		"isfinite":     func(b *build, x node) node { return b.Equal(b.Sub(x, x), b.Scalar(0)) },
		"isposinf":     func(b *build, x node) node { return b.Equal(x, b.Scalar(math.Inf(1))) },
		"isneginf":     func(b *build, x node) node { return b.Equal(x, b.Scalar(math.Inf(-1))) },
		"signbit":      func(b *build, x node) node { return b.Less(special.CopySign(b, b.Scalar(1), x), b.Scalar(0)) },
		"logical_not":  func(b *build, x node) node { return b.Equal(x, b.Scalar(0)) },
		"tensor.zero_": func(b *build, x node) node { return b.Scale(x, 0) },
	} {
		calls[name] = each1(func(c *call, x node) node { return f(c.Builder, x) })
	}
	for name, f := range map[string]binary{
		"mul": (*build).Mul, "atan2": (*build).Atan2, "hypot": (*build).Hypot, "pow": (*build).Pow, "maximum": (*build).Maximum,
		"minimum": (*build).Minimum, "xlogy": special.Xlogy, "special.xlog1py": special.Xlog1py, "true_divide": (*build).Div,
		"copysign": special.CopySign, "ldexp": special.Ldexp, "logaddexp": special.LogAddExp, "logaddexp2": special.LogAddExp2,
		"fmin": special.FMin, "fmax": special.FMax, "fmod": (*build).FMod, "remainder": (*build).Remainder,
		"heaviside": special.Heaviside, "eq": (*build).Equal, "ne": (*build).NotEqual, "lt": (*build).Less, "le": (*build).LessEqual,
		"gt": (*build).Greater, "ge": (*build).GreaterEqual,
		"floor_divide":        func(b *build, x, y node) node { return b.Floor(b.Div(x, y)) },
		"logical_and":         func(b *build, x, y node) node { return b.Mul(truth(b, x), truth(b, y)) },
		"logical_or":          func(b *build, x, y node) node { return b.Maximum(truth(b, x), truth(b, y)) },
		"logical_xor":         func(b *build, x, y node) node { return b.NotEqual(truth(b, x), truth(b, y)) },
		"tensor.__radd__":     func(b *build, x, y node) node { return b.Add(y, x) },
		"tensor.__rmul__":     func(b *build, x, y node) node { return b.Mul(y, x) },
		"tensor.__rsub__":     func(b *build, x, y node) node { return b.Sub(y, x) },
		"tensor.__rdiv__":     func(b *build, x, y node) node { return b.Div(y, x) },
		"tensor.__rpow__":     func(b *build, x, y node) node { return b.Pow(y, x) },
		"tensor.__rmod__":     func(b *build, x, y node) node { return b.Remainder(y, x) },
		"tensor.__rmatmul__":  func(b *build, x, y node) node { return b.MatMul(y, x) },
		"tensor.__matmul__":   (*build).MatMul,
		"tensor.__truediv__":  (*build).Div,
		"tensor.__rtruediv__": func(b *build, x, y node) node { return b.Div(y, x) },
	} {
		calls[name] = each2(func(c *call, x, y node) node { return f(c.Builder, x, y) })
	}
	settingRules()
	chosenRules()
}

// truth is 1 where x is not 0, and 0 elsewhere.
func truth(b *build, x node) node { return b.NotEqual(x, b.Scalar(0)) }

// settingRules are those of functions of one tensor with settings.
func settingRules() {
	for name, f := range map[string]func(c *call, x node) node{
		"angle": func(c *call, x node) node {
			return c.Scale(c.Where(c.IsNaN(x), x, c.Less(x, c.Scalar(0))), math.Pi)
		},
		"sgn":              func(c *call, x node) node { return c.Sign(x) },
		"round":            func(c *call, x node) node { return special.RoundDecimals(c.Builder, x, c.int("decimals", 0)) },
		"logit":            func(c *call, x node) node { return special.Logit(c.Builder, x, c.num("eps", 0)) },
		"mvlgamma":         func(c *call, x node) node { return special.MultivariateLgamma(c.Builder, x, c.int("p", 1)) },
		"fill":             func(c *call, x node) node { return c.Broadcast(c.tensor("value"), c.Shape(x)...) },
		functional + "elu": func(c *call, x node) node { return c.ELU(x, c.num("alpha", 1)) },
		functional + "celu": func(c *call, x node) node {
			c.loosen(1e-7, 0) // torch's slope has 1/alpha in single precision
			return nn.CELU(c.Builder, x, c.num("alpha", 1))
		},
		functional + "leaky_relu": func(c *call, x node) node { return c.LeakyReLU(x, c.num("negative_slope", 0.01)) },
		functional + "rrelu": func(c *call, x node) node {
			if c.flag("training", false) {
				c.unsupported("random slopes")
			}
			return c.LeakyReLU(x, (c.num("lower", 1./8)+c.num("upper", 1./3))/2)
		},
		functional + "hardtanh": func(c *call, x node) node {
			return nn.HardTanhTo(c.Builder, x, c.num("min_val", -1), c.num("max_val", 1))
		},
		functional + "hardsigmoid": func(c *call, x node) node {
			c.loosen(1e-7, 0) // torch's slope is 1/6 in single precision
			return nn.HardSigmoid(c.Builder, x)
		},
		functional + "softplus": func(c *call, x node) node {
			return nn.SoftplusBeta(c.Builder, x, c.num("beta", 1), c.num("threshold", 20))
		},
		functional + "softshrink": func(c *call, x node) node { return nn.SoftShrink(c.Builder, x, c.num("lambd", 0.5)) },
		functional + "hardshrink": func(c *call, x node) node { return nn.HardShrink(c.Builder, x, c.num("lambd", 0.5)) },
		functional + "threshold": func(c *call, x node) node {
			return nn.Threshold(c.Builder, x, c.num("threshold", 0), c.num("value", 0))
		},
		functional + "prelu": func(c *call, x node) node { return nn.SlopedReLU(c.Builder, x, c.tensor("weight")) },
		functional + "glu":   func(c *call, x node) node { return nn.GLU(c.Builder, x, c.int("dim", -1)) },
		functional + "gelu": func(c *call, x node) node {
			return word(c, "approximate", "none", map[string]unary{"none": (*build).GELU, "tanh": (*build).GELUTanh})(c.Builder, x)
		},
		"nan_to_num": func(c *call, x node) node {
			largest := math.MaxFloat64
			if c.Params().DType() == graph.Float32 {
				largest = math.MaxFloat32
			}
			return special.NaNToNum(c.Builder, x, special.Replacements{NaN: c.num("nan", 0), PosInf: c.num("posinf", largest), NegInf: c.num("neginf", -largest)})
		},
		"polygamma": func(c *call, x node) node {
			if x, n := c.tensor("input"), c.int("n", 0); n > 0 {
				return special.Polygamma(c.Builder, x, n)
			}
			return special.Digamma(c.Builder, c.tensor("input"))
		},
		functional + "dropout": func(c *call, x node) node {
			p, first, second := c.num("p", 0.5), c.flag("training", true), c.flag("train", true)
			if first && second && p != 0 {
				c.unsupported("a random mask")
			}
			return x
		},
	} {
		calls[name] = each1(f)
	}
	for _, name := range []string{"dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"} {
		calls[functional+name] = calls[functional+"dropout"]
	}
}

// chosenRules are those of functions of several tensors.
func chosenRules() {
	scaled := func(c *call, x node) node {
		if a := c.num("alpha", 1); a != 1 {
			return c.Scale(x, a)
		}
		return x
	}
	for name, f := range map[string]func(c *call, x node) node{
		"add":  func(c *call, x node) node { return c.Add(x, scaled(c, c.second())) },
		"sub":  func(c *call, x node) node { return c.Sub(x, scaled(c, c.second())) },
		"rsub": func(c *call, x node) node { return c.Sub(c.second(), scaled(c, x)) },
		"div": func(c *call, x node) node {
			q := c.Div(x, c.second())
			if !c.given("rounding_mode") {
				return q
			}
			return word(c, "rounding_mode", "", map[string]unary{"trunc": (*build).Trunc, "floor": (*build).Floor})(c.Builder, q)
		},
		"clamp":     clamped,
		"clamp_min": clamped,
		"clamp_max": clamped,
		"where": func(c *call, _ node) node {
			return c.Where(c.tensor("condition"), c.tensor("input"), c.tensor("other"))
		},
		"masked_fill": func(c *call, x node) node { return c.Where(c.tensor("mask"), c.tensor("value"), x) },
		"lerp":        func(c *call, x node) node { return c.Lerp(x, c.tensor("end"), c.tensor("weight")) },
		"addcmul": func(c *call, x node) node {
			return special.AddCMul(c.Builder, x, c.tensor("tensor1"), c.tensor("tensor2"), c.num("value", 1))
		},
		"addcdiv": func(c *call, x node) node {
			return special.AddCDiv(c.Builder, x, c.tensor("tensor1"), c.tensor("tensor2"), c.num("value", 1))
		},
	} {
		calls[name] = each1(f)
	}
	calls["float_power"] = calls["pow"]
}

// clamped has tensors or numbers as bounds, or none.
func clamped(c *call, x node) node {
	lo, _ := c.arg("min")
	hi, _ := c.arg("max")
	if lo.isTensor() || hi.isTensor() {
		return c.ClampTo(x, c.optional("min"), c.optional("max"))
	}
	return c.Clamp(x, c.num("min", math.Inf(-1)), c.num("max", math.Inf(1)))
}

// together broadcasts two tensors to their common shape.
func together(c *call, x, y node) (node, node) {
	s := c.Shape(c.Add(x, y))
	if c.Err() != nil {
		return x, y
	}
	return c.Broadcast(x, s...), c.Broadcast(y, s...)
}
