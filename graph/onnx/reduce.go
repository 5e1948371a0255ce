package onnx

import "slices"

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
	"softmaxgrad": several(func(c *call) string { // y·(d·Σy − Σy·d)
		y, d := c.arg(0), c.arg(1)
		return c.do("Mul", y, c.do("Sub", c.do("Mul", d, c.total(y)), c.total(c.do("Mul", y, d))))
	}),
	"standardize": several(func(c *call) string {
		shape, last := c.shapeOf(0), c.int("axis")
		if n, ok := constants(shape[last:]); ok && len(n) == 1 {
			ones := c.array(slices.Repeat([]float64{1}, n[0]), n[0])
			return c.node("LayerNormalization", attrs{"axis": -1, "epsilon": c.v.Attrs.Float("eps")}, c.arg(0), ones)
		}
		y, _ := c.standardized()
		return y
	}),
	"standardizegrad": several(func(c *call) string { // r·(d − m(d) − y·m(d·y))
		y, r := c.standardized()
		d := c.arg(1)
		return c.do("Div", c.do("Sub", c.do("Sub", d, c.mean(d)), c.do("Mul", y, c.mean(c.do("Mul", d, y)))), r)
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

// mean returns the mean along the attribute axis, which stays with an extent of 1.
func (c *call) mean(x string) string {
	return c.node("ReduceMean", attrs{"axes": []int{c.int("axis")}, "keepdims": 1}, x)
}

// standardized returns operand 0 less its mean, over the root of its variance and the
// attribute eps, and that root.
func (c *call) standardized() (y, root string) {
	e := c.do("Sub", c.arg(0), c.mean(c.arg(0)))
	root = c.do("Sqrt", c.do("Add", c.mean(c.do("Mul", e, e)), c.number(c.v.Attrs.Float("eps"))))
	return c.do("Div", e, root), root
}
