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
	"moments": several(func(c *call) string {
		axes := c.besidesChannels()
		mean := func(x string, keep int) string { return c.node("ReduceMean", attrs{"axes": axes, "keepdims": keep}, x) }
		e := c.do("Sub", c.arg(0), mean(c.arg(0), 1))
		return c.rows(mean(c.arg(0), 0), mean(c.do("Mul", e, e), 0))
	}),
	"comoments": several(func(c *call) string {
		axes := c.besidesChannels()
		sum := func(x string) string { return c.node("ReduceSum", attrs{"keepdims": 0}, x, c.list(axes...)) }
		d := c.arg(2)
		return c.rows(sum(d), sum(c.do("Mul", d, c.do("Sub", c.arg(0), c.byChannel(1)))))
	}),
	"affine": several((*call).affine),
	"blend": several(func(c *call) string {
		return c.do("Add", c.affine(), c.do("Mul", c.arg(4), c.byChannel(5)))
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

// besidesChannels returns all axes of operand 0 but the second.
func (c *call) besidesChannels() []int {
	axes := []int{0}
	for i := 2; i < len(c.shapeOf(0)); i++ {
		axes = append(axes, i)
	}
	return axes
}

// byChannel returns operand i, a vector of the channels, in a shape that broadcasts to operand 0.
func (c *call) byChannel(i int) string {
	if axes := c.besidesChannels()[1:]; len(axes) > 0 {
		for k := range axes {
			axes[k]--
		}
		return c.do("Unsqueeze", c.arg(i), c.list(axes...))
	}
	return c.arg(i)
}

// rows returns two vectors as the rows of a matrix.
func (c *call) rows(x, y string) string {
	row := func(v string) string { return c.do("Unsqueeze", v, c.list(0)) }
	return c.node("Concat", attrs{"axis": 0}, row(x), row(y))
}

// affine returns (x − m)·k + c by channel.
func (c *call) affine() string {
	return c.do("Add", c.do("Mul", c.do("Sub", c.arg(0), c.byChannel(1)), c.byChannel(2)), c.byChannel(3))
}
