package onnxin

import "github.com/symgrad/symgrad/graph"

// elementwiseRules are those of functions of one operand, element by element.
var elementwiseRules = map[string]rule{
	"Abs":   unary((*graph.Builder).Abs),
	"Neg":   unary((*graph.Builder).Neg),
	"Sign":  unary((*graph.Builder).Sign),
	"Floor": unary((*graph.Builder).Floor),
	"Ceil":  unary((*graph.Builder).Ceil),
	"Round": unary((*graph.Builder).Round),

	"Sqrt":       unary((*graph.Builder).Sqrt),
	"Exp":        unary((*graph.Builder).Exp),
	"Log":        unary((*graph.Builder).Log),
	"Reciprocal": unary((*graph.Builder).Reciprocal),
	"Erf":        unary((*graph.Builder).Erf),

	"Sin": unary((*graph.Builder).Sin), "Cos": unary((*graph.Builder).Cos), "Tan": unary((*graph.Builder).Tan),
	"Asin": unary((*graph.Builder).Asin), "Acos": unary((*graph.Builder).Acos), "Atan": unary((*graph.Builder).Atan),
	"Sinh": unary((*graph.Builder).Sinh), "Cosh": unary((*graph.Builder).Cosh), "Tanh": unary((*graph.Builder).Tanh),
	"Asinh": unary((*graph.Builder).Asinh), "Acosh": unary((*graph.Builder).Acosh), "Atanh": unary((*graph.Builder).Atanh),
}

// unary is a function of one operand.
func unary(f func(b *graph.Builder, x node) node) rule {
	return rule{least: 1, most: 1, make: func(c *call) []Value {
		return c.floats(c.wrap(c.kind(0), f(c.Builder, c.float(0))))
	}}
}

// scaled is a function of one operand with one attribute.
func scaled(name string, fallback float64, f func(b *graph.Builder, x node, by float64) node) rule {
	return rule{least: 1, most: 1, make: func(c *call) []Value {
		return c.floats(f(c.Builder, c.float(0), c.floatAttr(name, fallback)))
	}}
}
