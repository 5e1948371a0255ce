package onnx

// lossRules are those of losses and of their gradients, which some models put out.
var lossRules = map[string]rule{
	"bce": several(func(c *call) string {
		p, y, one, least := c.in[0], c.in[1], c.number(1), c.number(-100)
		yes := c.do("Mul", y, c.do("Max", c.do("Log", p), least))
		no := c.do("Mul", c.do("Sub", one, y), c.do("Max", c.do("Log", c.do("Sub", one, p)), least))
		return c.do("Neg", c.do("Add", yes, no))
	}),
	"bcelogits": several(func(c *call) string {
		return c.do("Sub", c.do("Softplus", c.in[0]), c.do("Mul", c.in[0], c.in[1]))
	}),
	"crossentropy": several(func(c *call) string {
		shape := c.shape(c.v)
		index := c.reshape(c.labels(), append(shape[:len(shape):len(shape)], dim{c: 1}))
		log := c.node("LogSoftmax", attrs{"axis": -1}, c.arg(0))
		y := c.do("Neg", c.reshape(c.node("GatherElements", attrs{"axis": -1}, log, index), shape))
		if skip := c.ignored(); skip != "" {
			return c.do("Where", skip, c.number(0), y)
		}
		return y
	}),
	"crossentropygrad": several(func(c *call) string {
		shape := c.shapeOf(1)
		column := append(shape[:len(shape):len(shape)], dim{c: 1})
		n := c.must("the number of classes", c.shapeOf(0))[len(shape):]
		y := c.do("Sub", c.node("Softmax", attrs{"axis": -1}, c.arg(0)), c.oneHot(c.labels(), n[0]))
		y = c.do("Mul", c.reshape(c.arg(2), column), y)
		if skip := c.ignored(); skip != "" {
			return c.do("Where", c.reshape(skip, column), c.number(0), y)
		}
		return y
	}),
}

// ignored returns where the label is the one that does not count; "" if all count.
func (c *call) ignored() string {
	if c.v.Attrs.Get("ignore") == nil {
		return ""
	}
	return c.do("Equal", c.arg(1), c.whole(c.int("ignore")))
}

// labels returns the labels, with 0 for those that do not count.
func (c *call) labels() string {
	if skip := c.ignored(); skip != "" {
		return c.do("Where", skip, c.whole(0), c.arg(1))
	}
	return c.arg(1)
}

// oneHot returns floats with a new last axis of n: 1 at the index, else 0.
func (c *call) oneHot(index string, n int) string {
	y := c.node("OneHot", attrs{"axis": -1}, index, c.whole(n), c.constant(tensor{kind: float, shape: []int{2}, floats: []float64{0, 1}}))
	if c.floats != float {
		y = c.cast(y)
	}
	return y
}
