package gosource

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/export"
)

// elementwiseRules are those of operators on single elements.
func elementwiseRules() map[string]rule {
	out := map[string]rule{}
	for name, e := range expressions {
		out[name] = rule{make: elementwise, expr: e}
	}
	return out
}

type expression = func(c *call, x []string) string

// expressions are what elementwise operators compute.
var expressions = map[string]expression{
	"abs": fun("abs"), "acos": fun("acos"), "acosh": fun("acosh"), "asin": fun("asin"), "asinh": fun("asinh"), "atan": fun("atan"),
	"atanh": fun("atanh"), "ceil": fun("ceil"), "cos": fun("cos"), "cosh": fun("cosh"), "erf": fun("erf"), "erfc": fun("erfc"),
	"erfinv": fun("erfinv"), "exp": fun("exp"), "exp2": fun("exp2"), "expm1": fun("expm1"), "floor": fun("floor"), "log": fun("log"),
	"log10": fun("log10"), "log1p": fun("log1p"), "log2": fun("log2"), "round": fun("round"), "sin": fun("sin"), "sinh": fun("sinh"),
	"sqrt": fun("sqrt"), "root": fun("sqrt"), "tan": fun("tan"), "tanh": fun("tanh"), "trunc": fun("trunc"), "lgamma": fun("lgamma"),
	"gelu": fun("gelu"), "silu": fun("silu"), "sigmoid": fun("sigmoid"), "logsigmoid": fun("logSigmoid"), "softplus": fun("softplus"),
	"tanhshrink": fun("tanhShrink"), "sign": fun("sign"), "isnan": fun("isNaN"), "isinf": fun("isInf"), "entropy": fun("entropy"),

	"add": form("%[1]s + %[2]s"), "sub": form("%[1]s - %[2]s"), "mul": form("%[1]s * %[2]s"), "div": form("%[1]s / %[2]s"),
	"maximum": form("max(%[1]s, %[2]s)"), "minimum": form("min(%[1]s, %[2]s)"), "neg": form("-%[1]s"), "reciprocal": form("1 / %[1]s"),
	"square": form("%[1]s * %[1]s"), "cube": form("%[1]s * %[1]s * %[1]s"), "cosquare": form("(1 - %[1]s) * (1 + %[1]s)"),
	"relu": form("max(%[1]s, 0)"), "stopgradient": form("%[1]s"), "lerp": form("%[1]s + %[3]s*(%[2]s-%[1]s)"),
	"softsign": form("%[1]s / (1 + abs(%[1]s))", "abs"), "rsqrt": form("1 / sqrt(%[1]s)", "sqrt"),

	"addconst": by("%[1]s + %[2]s"), "scale": by("%[1]s * %[2]s"), "fill": by("%[2]s"),
	"elu": by("elu(%[1]s, %[2]s)", "elu"), "leakyrelu": by("leakyReLU(%[1]s, %[2]s)", "leakyReLU"), "powconst": by("pow(%[1]s, %[2]s)", "pow"),
	"eqconst": by("truth(%[1]s == %[2]s)", "truth"), "geconst": by("truth(%[1]s >= %[2]s)", "truth"), "gtconst": by("truth(%[1]s > %[2]s)", "truth"),
	"leconst": by("truth(%[1]s <= %[2]s)", "truth"), "ltconst": by("truth(%[1]s < %[2]s)", "truth"),

	"eq": form("truth(%[1]s == %[2]s)", "truth"), "ge": form("truth(%[1]s >= %[2]s)", "truth"), "gt": form("truth(%[1]s > %[2]s)", "truth"),
	"le": form("truth(%[1]s <= %[2]s)", "truth"), "lt": form("truth(%[1]s < %[2]s)", "truth"), "ne": form("truth(%[1]s != %[2]s)", "truth"),

	"atan2": fun("atan2"), "fmod": fun("fmod"), "remainder": fun("remainder"), "hypot": fun("hypot"), "unit": fun("unit"), "pow": fun("pow"),
	"logaddexp": fun("logAddExp"), "xlogy": fun("xlogy"), "xlog1py": fun("xlog1py"), "weigh": fun("weigh"), "select": fun("choose"),
	"relugrad": fun("reluGrad"), "sigmoidgrad": fun("sigmoidGrad"), "tanhgrad": fun("tanhGrad"), "gelugrad": fun("geluGrad"), "bce": fun("bce"), "bcelogits": fun("bceLogits"),

	"clamp": func(c *call, x []string) string {
		return fmt.Sprintf("min(max(%s, %s), %s)", x[0], c.literal(c.v.Attrs.Float("lo")), c.literal(c.v.Attrs.Float("hi")))
	},
	"sinc": func(c *call, x []string) string {
		if n := c.v.Attrs.Int("order"); n != 0 {
			panic(export.Refuse(c.v, "got the derivative of order %d, want the function itself", n))
		}
		return c.use("sinc") + "(" + x[0] + ")"
	},
}

// fun is a call of a function of the folder loops.
func fun(name string) expression {
	return func(c *call, x []string) string {
		out := c.use(name) + "("
		for i, a := range x {
			if i > 0 {
				out += ", "
			}
			out += a
		}
		return out + ")"
	}
}

// form is an expression of the operands, with functions of the folder loops in it.
func form(format string, names ...string) expression {
	return func(c *call, x []string) string {
		for _, name := range names {
			c.use(name)
		}
		in := make([]any, 3)
		for i := range in {
			in[i] = ""
			if i < len(x) {
				in[i] = x[i]
			}
		}
		return fmt.Sprintf(format+"%.0[3]s%.0[2]s%.0[1]s", in...)
	}
}

// by is form with the attribute by as the second operand.
func by(format string, names ...string) expression {
	f := form(format, names...)
	return func(c *call, x []string) string { return f(c, []string{x[0], c.literal(c.v.Attrs.Float("by"))}) }
}
