package onnx

// reduceRules are those of folds over axes.
var reduceRules = map[string]rule{
	"sum": one(func(c *call) string {
		axes := c.ints("axes")
		if len(axes) == 0 {
			return c.do("Identity", c.arg(0))
		}
		return c.node("ReduceSum", attrs{"keepdims": keep(c)}, c.arg(0), c.list(axes...))
	}),
	"prod":      one(func(c *call) string { return c.fold("ReduceProd") }),
	"reducemax": one(func(c *call) string { return c.fold("ReduceMax") }),
	"reducemin": one(func(c *call) string { return c.fold("ReduceMin") }),
	"logsumexp": one(func(c *call) string {
		return c.node("ReduceLogSumExp", attrs{"axes": []int{-1}, "keepdims": 0}, c.arg(0))
	}),
	"sumsquares": several(func(c *call) string {
		return c.do("Mul", c.node("ReduceSumSquare", attrs{"keepdims": 0}, c.arg(0)), c.number(c.by()))
	}),
	"softmax":    one(func(c *call) string { return c.node("Softmax", attrs{"axis": c.int("axis")}, c.arg(0)) }),
	"logsoftmax": one(func(c *call) string { return c.node("LogSoftmax", attrs{"axis": c.int("axis")}, c.arg(0)) }),
	"center": several(func(c *call) string { // d·Σw − Σw·d
		w, d := c.arg(0), c.arg(1)
		return c.do("Sub", c.do("Mul", d, c.total(w)), c.total(c.do("Mul", w, d)))
	}),
	"spread": several(func(c *call) string { // u·Σw − w·Σu
		w, u := c.arg(0), c.arg(1)
		return c.do("Sub", c.do("Mul", u, c.total(w)), c.do("Mul", w, c.total(u)))
	}),
}

// keep is the attribute keepdims.
func keep(c *call) int {
	if c.v.Attrs.Bool("keep") {
		return 1
	}
	return 0
}

// fold is a reduction whose axes are an attribute.
func (c *call) fold(op string) string {
	axes := c.ints("axes")
	if len(axes) == 0 {
		return c.do("Identity", c.arg(0))
	}
	return c.node(op, attrs{"axes": axes, "keepdims": keep(c)}, c.arg(0))
}

// total returns the sum along the attribute axis, which stays with an extent of 1.
func (c *call) total(x string) string {
	return c.node("ReduceSum", attrs{"keepdims": 1}, x, c.list(c.int("axis")))
}
