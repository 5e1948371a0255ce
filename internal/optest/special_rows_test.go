package optest

import (
	"math"

	"github.com/symgrad/symgrad/internal/ir"
)

// specialElsewhere are elementwise rows without a truth here: choices, comparisons and
// roundings, whose results are exact and whose derivatives are 0 or conventions
// (TestConventions), and the special functions that the kernels' tests hold.
var specialElsewhere = []string{
	"ceil", "floor", "round", "trunc", "sign", "isinf", "isnan", "stopgradient", "fill", "select", "relugrad", "maximum", "minimum",
	"eq", "ne", "lt", "le", "gt", "ge", "eqconst", "geconst", "gtconst", "leconst", "ltconst",
	"lgamma", "digamma", "polygamma", "besseli", "erfinv", "normalquantile", "fmod", "remainder", "lerp",
}

type specialRow struct {
	name  string
	attrs ir.Attrs
	truth truth
	slack float64
	skip  func(x []float64, by, order int) bool
}

// at0 skips derivatives where an operand is 0: they are conventions.
func at0(x []float64, _, order int) bool { return order > 0 && x[0] == 0 }

func specialRows() []specialRow {
	inverse := func(x jet) jet { return constant(1).div(x) }
	gap := func(x jet) jet { return constant(1).sub(x).mul(x.plus(1)) }
	asinh := func(x jet) jet { // log(x + √(x² + 1)), odd
		if x[0].Sign() < 0 {
			return x.neg().add(x.square().plus(1).sqrt()).log().neg()
		}
		return x.add(x.square().plus(1).sqrt()).log()
	}
	cdf := func(x jet) jet { return x.mul(scalar(blank().Sqrt(num(0.5)))).erf().plus(1).times(0.5) }
	asin := func(x jet) jet { return x.div(gap(x).sqrt()).atan() }
	atan2 := func(y, x jet) jet {
		if x[0].Sign() <= 0 {
			panic("the half plane of positive x only")
		}
		return y.div(x).atan()
	}
	zeroX := func(f func(x, y jet) jet) func(x, y jet) jet {
		return func(x, y jet) jet { return x.mul(f(x, y)) }
	}
	power := func(x, y jet) jet { return y.mul(x.log()).exp() }
	return []specialRow{
		{name: "abs", truth: of1(func(x jet) jet { return x.pick(func() jet { return x }, x.neg) }), skip: at0},
		{name: "add", truth: of2(jet.add)},
		{name: "sub", truth: of2(jet.sub)},
		{name: "mul", truth: of2(jet.mul)},
		{name: "div", truth: of2(jet.div), skip: extreme},
		{name: "addconst", attrs: ir.A("by", 1.25), truth: of1(func(x jet) jet { return x.plus(1.25) })},
		{name: "scale", attrs: ir.A("by", -0.75), truth: of1(func(x jet) jet { return x.times(-0.75) })},
		{name: "neg", truth: of1(jet.neg)},
		{name: "square", truth: of1(jet.square)},
		{name: "cube", truth: of1(func(x jet) jet { return x.square().mul(x) })},
		{name: "reciprocal", truth: of1(inverse)},
		{name: "sqrt", truth: of1(jet.sqrt)},
		{name: "root", truth: of1(jet.sqrt)},
		{name: "rsqrt", truth: of1(func(x jet) jet { return inverse(x.sqrt()) })},
		{name: "exp", truth: of1(jet.exp)},
		{name: "exp2", truth: of1(func(x jet) jet { return x.mul(scalar(ln2())).exp() })},
		{name: "expm1", truth: of1(func(x jet) jet { return x.exp().plus(-1) })},
		{name: "log", truth: of1(jet.log)},
		{name: "log2", truth: of1(func(x jet) jet { return x.log().div(scalar(ln2())) })},
		{name: "log10", truth: of1(func(x jet) jet { return x.log().div(constant(10).log()) })},
		{name: "log1p", truth: of1(jet.log1p)},
		{name: "sin", truth: of1(func(x jet) jet { s, _ := x.sinCos(); return s })},
		{name: "cos", truth: of1(func(x jet) jet { _, c := x.sinCos(); return c })},
		{name: "tan", truth: of1(func(x jet) jet { s, c := x.sinCos(); return s.div(c) })},
		{name: "asin", truth: of1(asin)},
		{name: "acos", truth: of1(func(x jet) jet { return scalar(blank().Quo(pi(), num(2))).sub(asin(x)) })},
		{name: "atan", truth: of1(jet.atan)},
		{name: "atan2", truth: of2(atan2), skip: extreme},
		{name: "unit", truth: of2(func(x, y jet) jet { return x.div(x.square().add(y.square()).sqrt()) }), skip: extreme},
		{name: "sinh", truth: of1(func(x jet) jet { return x.exp().sub(x.neg().exp()).times(0.5) })},
		{name: "cosh", truth: of1(func(x jet) jet { return x.exp().add(x.neg().exp()).times(0.5) })},
		{name: "tanhshrink", truth: of1(func(x jet) jet { return x.sub(x.tanh()) })},
		{name: "tanh", truth: of1(jet.tanh)},
		{name: "asinh", truth: of1(asinh)},
		{name: "acosh", truth: of1(func(x jet) jet { return x.add(x.square().plus(-1).sqrt()).log() })},
		{name: "atanh", truth: of1(func(x jet) jet { return x.plus(1).div(constant(1).sub(x)).log().times(0.5) })},
		{name: "cosquare", truth: of1(gap)},
		{name: "erf", truth: of1(jet.erf)},
		{name: "erfc", truth: of1(func(x jet) jet { return constant(1).sub(x.erf()) }), skip: beyond(28)},
		{name: "erfcx", attrs: ir.A("order", 0), truth: of1(func(x jet) jet { return x.square().exp().mul(constant(1).sub(x.erf())) }), skip: beyond(28)},
		{name: "gelu", truth: of1(func(x jet) jet { return x.mul(cdf(x)) }), skip: beyond(38)},
		{name: "sigmoid", truth: of1(jet.sigmoid)},
		{name: "logsigmoid", truth: of1(func(x jet) jet { return x.sigmoid().log() }), skip: beyond(5000)},
		{name: "softplus", truth: of1(func(x jet) jet { return x.exp().plus(1).log() }), skip: beyond(5000)},
		{name: "silu", truth: of1(func(x jet) jet { return x.mul(x.sigmoid()) })},
		{name: "softsign", truth: of1(func(x jet) jet {
			return x.pick(func() jet { return x.div(x.plus(1)) }, func() jet { return x.div(constant(1).sub(x)) })
		}), skip: at0},
		{name: "relu", truth: of1(func(x jet) jet { return x.pick(func() jet { return x }, func() jet { return constant(0) }) }), skip: at0},
		{name: "leakyrelu", attrs: ir.A("by", 0.01), truth: of1(func(x jet) jet { return x.pick(func() jet { return x }, func() jet { return x.times(0.01) }) }), skip: at0},
		{name: "elu", attrs: ir.A("by", 1.25), truth: of1(func(x jet) jet {
			return x.pick(func() jet { return x }, func() jet { return x.exp().plus(-1).times(1.25) })
		}), skip: at0},
		{name: "clamp", attrs: ir.A("lo", -0.5, "hi", 0.75), truth: of1(func(x jet) jet {
			switch f, _ := x[0].Float64(); {
			case f < -0.5:
				return constant(-0.5)
			case f > 0.75:
				return constant(0.75)
			}
			return x
		})},
		{name: "powconst", attrs: ir.A("by", 3.0), truth: of1(func(x jet) jet { return x.square().mul(x) })},
		{name: "powconst", attrs: ir.A("by", 1.5), truth: of1(func(x jet) jet { return x.mul(x.sqrt()) })},
		{name: "pow", truth: of2(power), skip: func(x []float64, by, order int) bool {
			return x[0] == 1 || x[1] == 0 || extreme(x, by, order) // 1 to any power and any number to 0 is 1, that of NaN too
		}},
		{name: "hypot", truth: of2(func(x, y jet) jet { return x.square().add(y.square()).sqrt() }), skip: func(x []float64, by, order int) bool {
			return math.IsInf(x[0], 0) || math.IsInf(x[1], 0) || extreme(x, by, order) // infinite whatever the other one is
		}},
		{name: "sinc", attrs: ir.A("order", 0), truth: of1(sincTruth), skip: beyond(1e20)},
		{name: "xlogy", truth: of2(zeroX(func(_, y jet) jet { return y.log() })), skip: extreme},
		{name: "xlog1py", truth: of2(zeroX(func(_, y jet) jet { return y.log1p() })), skip: extreme},
		{name: "entropy", truth: of1(func(x jet) jet { return x.mul(x.log()).neg() })},
		{name: "logaddexp", truth: of2(func(x, y jet) jet { return x.exp().add(y.exp()).log() }), skip: farApart},
		{name: "bcelogits", truth: of2(func(x, y jet) jet { return x.exp().plus(1).log().sub(x.mul(y)) }), skip: func(x []float64, by, order int) bool {
			return x[1] < 0 || x[1] > 1 || farApart(x, by, order)
		}},
		{name: "bce", truth: of2(func(p, y jet) jet {
			return y.mul(p.log()).add(constant(1).sub(y).mul(constant(1).sub(p).log())).neg()
		}), skip: func(x []float64, _, order int) bool { // the logarithms are held where p is nearly 0 or 1
			return x[1] < 0 || x[1] > 1 || x[0] < 0.1 || x[0] > 0.9
		}},
		{name: "weigh", truth: of2(jet.mul), skip: func(x []float64, by, order int) bool {
			return x[0] == 0 // leaves out what is no number too
		}},
		{name: "tanhgrad", truth: of2(func(g, x jet) jet { return g.mul(constant(1).sub(x.tanh().square())) }), skip: extreme, slack: 64},
		{name: "gelugrad", truth: of2(func(g, x jet) jet {
			slope := cdf(x).add(x.mul(x.square().times(-0.5).exp()).div(scalar(blank().Sqrt(blank().Mul(num(2), pi())))))
			return g.mul(slope)
		}), skip: func(x []float64, by, order int) bool { return math.Abs(x[1]) > 12 || extreme(x, by, order) }, slack: 64},
		{name: "sigmoidgrad", truth: of2(func(g, x jet) jet { return g.mul(x.sigmoid()).mul(x.neg().sigmoid()) }), skip: func(g []float64, by, order int) bool {
			return math.Abs(g[1]) > 80 || extreme(g, by, order) // from there on its tail has few digits in float32
		}, slack: 64},
	}
}

// beyond skips points where the truth has no digits left.
func beyond(limit float64) func(x []float64, by, order int) bool {
	return func(x []float64, _, _ int) bool { return math.Abs(x[0]) > limit }
}

// extreme skips pairs whose products or quotients leave the numbers on the way to
// derivatives that do not.
func extreme(x []float64, _, order int) bool {
	return order > 0 && (math.Abs(x[0]) > 1e8 || math.Abs(x[1]) > 1e8 || math.Abs(x[0]) < 1e-8 || math.Abs(x[1]) < 1e-8)
}

func farApart(x []float64, _, _ int) bool {
	return math.Abs(x[0]) > 1000 || math.Abs(x[1]) > 1000
}

// sincTruth is sin z/z by its power series in z = πx for small z, since sin z loses at
// 0 what is divided by it.
func sincTruth(x jet) jet {
	z := x.mul(scalar(pi()))
	if f, _ := z[0].Float64(); math.Abs(f) > 1 {
		s, _ := z.sinCos()
		return s.div(z)
	}
	sum, term := constant(1), constant(1)
	for k := 2.0; k < 120; k += 2 {
		term = term.mul(z.square()).times(-1).div(constant(k * (k + 1)))
		sum = sum.add(term)
	}
	return sum
}
