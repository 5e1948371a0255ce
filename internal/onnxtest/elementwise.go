package onnxtest

import "math"

// This file has the elementwise operators.

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func init() {
	for op, f := range map[string]func(x float64) float64{
		"Abs": math.Abs, "Acos": math.Acos, "Acosh": math.Acosh, "Asin": math.Asin, "Asinh": math.Asinh, "Atan": math.Atan,
		"Atanh": math.Atanh, "Ceil": math.Ceil, "Cos": math.Cos, "Cosh": math.Cosh, "Erf": math.Erf, "Exp": math.Exp, "Floor": math.Floor,
		"Identity":   func(x float64) float64 { return x },
		"Log":        math.Log,
		"Neg":        func(x float64) float64 { return -x },
		"Reciprocal": func(x float64) float64 { return 1 / x },
		"Relu":       func(x float64) float64 { return math.Max(x, 0) },
		"Round":      math.RoundToEven,
		"Sigmoid":    func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
		"Sign":       func(x float64) float64 { return truth(x > 0) - truth(x < 0) },
		"Sin":        math.Sin, "Sinh": math.Sinh,
		"Softplus": func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) },
		"Softsign": func(x float64) float64 { return x / (1 + math.Abs(x)) },
		"Sqrt":     math.Sqrt, "Tan": math.Tan, "Tanh": math.Tanh,
	} {
		operators[op] = func(c *call) []Tensor {
			want(len(c.in) == 1, "%d operands", len(c.in))
			return []Tensor{made(c.in[0].Kind, c.in[0].Shape, func(at []int) float64 { return f(c.in[0].broadcast(at)) })}
		}
	}
	operators["Elu"] = slope(func(x, alpha float64) float64 { return alpha * math.Expm1(x) }, 1)
	operators["LeakyRelu"] = slope(func(x, alpha float64) float64 { return alpha * x }, 0.01)
	operators["IsNaN"] = tests(1, func(x []float64) bool { return math.IsNaN(x[0]) })
	operators["IsInf"] = tests(1, func(x []float64) bool { return math.IsInf(x[0], 0) })
	operators["Not"] = tests(1, func(x []float64) bool { return x[0] == 0 })
	operators["And"] = tests(2, func(x []float64) bool { return x[0] != 0 && x[1] != 0 })
	operators["Equal"] = tests(2, func(x []float64) bool { return x[0] == x[1] })
	operators["Greater"] = tests(2, func(x []float64) bool { return x[0] > x[1] })
	operators["GreaterOrEqual"] = tests(2, func(x []float64) bool { return x[0] >= x[1] })
	operators["Less"] = tests(2, func(x []float64) bool { return x[0] < x[1] })
	operators["LessOrEqual"] = tests(2, func(x []float64) bool { return x[0] <= x[1] })
	operators["Add"] = folds(2, func(x, y float64) float64 { return x + y })
	operators["Sub"] = folds(2, func(x, y float64) float64 { return x - y })
	operators["Mul"] = folds(2, func(x, y float64) float64 { return x * y })
	operators["Pow"] = folds(2, math.Pow)
	operators["Max"] = folds(9, math.Max)
	operators["Min"] = folds(9, math.Min)
	operators["Div"] = func(c *call) []Tensor {
		f := func(x, y float64) float64 { return x / y }
		if c.in[0].Kind == Int64 {
			f = func(x, y float64) float64 { return math.Trunc(x / y) }
		}
		return folds(2, f)(c)
	}
	operators["Mod"] = func(c *call) []Tensor {
		want(c.int("fmod", 0) == 1, "want fmod")
		return folds(2, math.Mod)(c)
	}
	operators["Cast"] = func(c *call) []Tensor {
		to := c.int("to", 0)
		return []Tensor{made(to, c.in[0].Shape, func(at []int) float64 {
			switch x := c.in[0].broadcast(at); to {
			case Bool:
				return truth(x != 0)
			case Int32, Int64:
				return math.Trunc(x)
			case Float:
				return float64(float32(x))
			default:
				return x
			}
		})}
	}
	operators["Where"] = func(c *call) []Tensor {
		want(c.in[0].Kind == Bool && c.in[1].Kind == c.in[2].Kind, "the types %d, %d, %d", c.in[0].Kind, c.in[1].Kind, c.in[2].Kind)
		return []Tensor{made(c.in[1].Kind, together(c.in...), func(at []int) float64 {
			if c.in[0].broadcast(at) != 0 {
				return c.in[1].broadcast(at)
			}
			return c.in[2].broadcast(at)
		})}
	}
	operators["Clip"] = func(c *call) []Tensor {
		lo, hi := math.Inf(-1), math.Inf(1)
		if c.has(1) {
			lo = c.in[1].Data[0]
		}
		if c.has(2) {
			hi = c.in[2].Data[0]
		}
		return []Tensor{made(c.in[0].Kind, c.in[0].Shape, func(at []int) float64 { return math.Min(math.Max(c.in[0].broadcast(at), lo), hi) })}
	}
}

// slope is x above 0, else f with the attribute alpha.
func slope(f func(x, alpha float64) float64, fallback float64) func(c *call) []Tensor {
	return func(c *call) []Tensor {
		alpha := c.float("alpha", fallback)
		return []Tensor{made(c.in[0].Kind, c.in[0].Shape, func(at []int) float64 {
			if x := c.in[0].broadcast(at); x < 0 {
				return f(x, alpha)
			}
			return c.in[0].broadcast(at)
		})}
	}
}

// tests has booleans of n operands.
func tests(n int, f func(x []float64) bool) func(c *call) []Tensor {
	return func(c *call) []Tensor {
		want(len(c.in) == n && c.in[0].Kind == c.in[n-1].Kind, "want %d operands of one type", n)
		return []Tensor{made(Bool, together(c.in...), func(at []int) float64 {
			x := make([]float64, n)
			for i := range x {
				x[i] = c.in[i].broadcast(at)
			}
			return truth(f(x))
		})}
	}
}

// folds combines two to most operands.
func folds(most int, f func(x, y float64) float64) func(c *call) []Tensor {
	return func(c *call) []Tensor {
		want(len(c.in) >= 2 && len(c.in) <= most, "%d operands", len(c.in))
		for _, t := range c.in {
			want(t.Kind == c.in[0].Kind, "operands of the types %d and %d", c.in[0].Kind, t.Kind)
		}
		return []Tensor{made(c.in[0].Kind, together(c.in...), func(at []int) float64 {
			y := c.in[0].broadcast(at)
			for _, t := range c.in[1:] {
				y = f(y, t.broadcast(at))
			}
			return y
		})}
	}
}
