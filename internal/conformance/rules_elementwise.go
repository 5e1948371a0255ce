package main

import (
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

func init() {
	add(formulas, map[string]rule{
		"abs":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Abs(x) }),
		"asin":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Asin(x) }),
		"acos":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Acos(x) }),
		"atan":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Atan(x) }),
		"asinh":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Asinh(x) }),
		"acosh":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Acosh(x) }),
		"atanh":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Atanh(x) }),
		"sin":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sin(x) }),
		"cos":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Cos(x) }),
		"tan":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Tan(x) }),
		"sinh":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sinh(x) }),
		"cosh":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Cosh(x) }),
		"tanh":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Tanh(x) }),
		"ceil":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Ceil(x) }),
		"floor":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Floor(x) }),
		"round":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Round(x) }),
		"sign":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sign(x) }),
		"neg":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Neg(x) }),
		"square":     unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Square(x) }),
		"sqrt":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sqrt(x) }),
		"rsqrt":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Rsqrt(x) }),
		"reciprocal": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Reciprocal(x) }),
		"exp":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Exp(x) }),
		"expm1":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Expm1(x) }),
		"log":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Log(x) }),
		"log1p":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Log1p(x) }),
		"erf":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Erf(x) }),
		"digamma":    unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Digamma(x) }),
		"lgamma":     unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Lgamma(x) }),
		"sigmoid":    unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sigmoid(x) }),
		"softplus":   unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Softplus(x) }),
		"softsign":   unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Softsign(x) }),
		"relu":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.ReLU(x) }),
		"silu":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.SiLU(x) }),
		"mish":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Mish(x) }),
		"elu_alpha1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }),
		"elu":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }),
		"gelu":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.GELU(x) }),
		"selu":       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.SELU(x) }),
		"gelu_erf":   unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.GELU(x) }),
		"gelu_tanh":  unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.GELUTanh(x) }),
		"hardsigmoid": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			b.k.Tolerance.RTol = 1e-7 // PyTorch's slope is 1/6 rounded to float32
			return b.HardSigmoid(x)
		}),
		"hardswish":                            unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.HardSwish(x) }),
		"hardtanh":                             unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.HardTanh(x) }),
		"clamp_-0.5_0.7":                       unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Clamp(x, -0.5, 0.7) }),
		"leaky_relu_0.01":                      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.LeakyReLU(x, 0.01) }),
		"add(a,b)":                             binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Add(x, y) }),
		"sub(a,b)":                             binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Sub(x, y) }),
		"mul(a,b)":                             binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Mul(x, y) }),
		"div(a,b)":                             binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Div(x, y) }),
		"hypot(a,b)":                           binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Hypot(x, y) }),
		"atan2(a,b)":                           binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Atan2(x, y) }),
		"minimum(a,b)":                         binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Minimum(x, y) }),
		"maximum(a,b)":                         binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Maximum(x, y) }),
		"a**b":                                 binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Pow(x, y) }),
		"a+w*(b-a)":                            one(func(b *bench) *gorgonia.Node { return b.Lerp(b.at("a"), b.at("b"), b.at("w")) }),
		"x**3":                                 power(3),
		"x**-1":                                power(-1),
		"x**-3":                                power(-3),
		"x**1.5":                               power(1.5),
		"x/x: gradient exactly 0":              unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Div(x, x) }),
		"sum(x-x)":                             unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Sub(x, x)) }),
		"x*x through one node used twice":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Mul(x, x) }),
		"x**0 == 1 with gradient 0 everywhere": power(0),
	})
	add(formulas, map[string]rule{
		"abs at 0: gradient 0":         unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Abs(x) }),
		"log(0) = -Inf, log(-1) = NaN": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Log(x) }),
		"relu at 0: gradient 0":        unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.ReLU(x) }),
		"+Inf, -Inf, NaN":              binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Div(x, y) }),
		"0**2, 0**1, 2**0 with both gradients: d/dy at x=0 is 0 (not NaN)": binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Pow(x, y) }),
		"exact answer 2; naive left-to-right gives 1": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			b.k.Tolerance.ATol = 1 // the order of the additions is free: 0, 1 and 2 are right, 2 is best
			return b.Sum(x)
		}),
		"logsumexp of +-1e4":               unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.LogSumExp(x, -1) }),
		"2-norm at 0: torch subgradient 0": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Norm(x, 2) }),
		"NaN must propagate through relu, maximum and clamp": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Add(b.Add(b.ReLU(x), b.Maximum(x, b.Scalar(0))), b.Clamp(x, -1, 1))
		}),
		"x log x at 0 is 0": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Xlogy(x, x) }),
		"cosine similarity with a zero vector: 0 and finite": binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node {
			return b.CosineSimilarity(x, y, -1, 1e-8)
		}),
		"std at zero variance: torch 1.13 gradient is NaN": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Std(x, 1)
		}),
		"constant row: output 0, finite gradient": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Standardize(x, 1e-5, -1)
		}),
	})
}

func power(p float64) rule {
	return unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.PowConst(x, p) })
}

// packed cuts the vector x into arrays of the shapes, in order.
func (b *bench) packed(x *gorgonia.Node, shapes ...[]int) []*gorgonia.Node {
	var out []*gorgonia.Node
	at := 0
	for _, s := range shapes {
		n := 1
		for _, d := range s {
			n *= d
		}
		out = append(out, b.Reshape(b.Slice(x, graph.Range(at, at+n)), s...))
		at += n
	}
	return out
}
