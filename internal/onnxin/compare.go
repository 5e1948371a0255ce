package onnxin

import "github.com/symgrad/symgrad/graph"

// compareRules are those of comparisons and of logic. Truth values are floats of 1 and 0.
var compareRules = map[string]rule{
	"Equal":          comparison((*graph.Builder).Equal),
	"Greater":        comparison((*graph.Builder).Greater),
	"GreaterOrEqual": comparison((*graph.Builder).GreaterEqual),
	"Less":           comparison((*graph.Builder).Less),
	"LessOrEqual":    comparison((*graph.Builder).LessEqual),

	"And": comparison((*graph.Builder).Mul),
	"Or":  comparison((*graph.Builder).Maximum),
	"Xor": comparison((*graph.Builder).NotEqual),
	"Not": {least: 1, most: 1, make: func(c *call) []Value { return c.truth(c.Sub(c.Scalar(1), c.float(0))) }},

	"IsNaN": {least: 1, most: 1, make: func(c *call) []Value { return c.truth(c.IsNaN(c.float(0))) }},
	"IsInf": {least: 1, most: 1, make: isInf},
	"Where": {least: 3, most: 3, make: where},
}

// comparison is an operator of two operands of one type that makes truth values.
func comparison(f func(b *graph.Builder, x, y node) node) rule {
	return rule{least: 2, most: 2, make: func(c *call) []Value {
		x, y := c.pair()
		return c.truth(f(c.Builder, x, y))
	}}
}

// isInf can leave out one of the signs.
func isInf(c *call) []Value {
	x := c.float(0)
	y, zero := c.IsInf(x), c.Scalar(0)
	if !c.boolAttr("detect_negative", true) {
		y = c.Mul(y, c.Greater(x, zero))
	}
	if !c.boolAttr("detect_positive", true) {
		y = c.Mul(y, c.Less(x, zero))
	}
	return c.truth(y)
}

func where(c *call) []Value {
	c.alike(1, 2)
	return c.typed(c.kind(1), c.Where(c.float(0), c.float(1), c.float(2)))
}
