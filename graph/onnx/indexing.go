package onnx

// indexRules are those of operators that read indices or make them.
var indexRules = map[string]rule{
	"take": one(func(c *call) string { return c.node("Gather", attrs{"axis": 0}, c.arg(0), c.arg(1)) }),
	"gather": one(func(c *call) string {
		return c.node("GatherElements", attrs{"axis": c.int("axis")}, c.arg(0), c.arg(1))
	}),
	"scatter": one(func(c *call) string {
		return c.node("ScatterElements", attrs{"axis": c.int("axis")}, c.arg(0), c.arg(2), c.arg(1))
	}),
	"scattermul": one(func(c *call) string {
		return c.node("ScatterElements", attrs{"axis": c.int("axis"), "reduction": "mul"}, c.arg(0), c.arg(2), c.arg(1))
	}),
	"scatteradd": several(func(c *call) string {
		return c.node("ScatterElements", attrs{"axis": c.int("axis"), "reduction": "add"}, c.zeros(c.shape(c.v)), c.arg(1), c.arg(0))
	}),
	"putadd": several(func(c *call) string {
		shape := c.shapeOf(1)
		index := c.reshape(c.arg(1), append(shape[:len(shape):len(shape)], dim{c: 1}))
		return c.node("ScatterND", attrs{"reduction": "add"}, c.zeros(c.shape(c.v)), index, c.arg(0))
	}),
	"onehot": one(func(c *call) string {
		n, index := c.int("classes"), c.arg(0)
		if c.v.Attrs.Get("ignore") != nil { // an index beyond the end has no 1
			skip := c.do("Equal", index, c.whole(c.int("ignore")))
			index = c.do("Where", skip, c.whole(n), index)
		}
		return c.oneHot(index, n)
	}),
	"argsort": one(func(c *call) string {
		axis, largest := c.int("axis"), 0
		if c.v.Attrs.Bool("descending") {
			largest = 1
		}
		return c.nodes2("TopK", 2, attrs{"axis": axis, "largest": largest}, c.arg(0), c.vector(c.shape(c.v)[axis:axis+1]))[1]
	}),
	"asints":   one(func(c *call) string { return c.node("Cast", attrs{"to": int(int64s)}, c.arg(0)) }),
	"asfloats": one(func(c *call) string { return c.cast(c.arg(0)) }),
	"places": several(func(c *call) string {
		extents := c.ints("extents")
		last, stride := make([]float64, len(extents)), make([]int, len(extents))
		n := 1
		for i := len(extents) - 1; i >= 0; i-- {
			last[i], stride[i] = float64(extents[i]-1), n
			n *= extents[i]
		}
		x, zero := c.arg(0), c.number(0)
		x = c.do("Where", c.do("Greater", x, zero), c.do("Min", x, c.array(last, len(last))), zero) // NaN is not greater
		at := c.do("Mul", c.node("Cast", attrs{"to": int(int64s)}, x), c.list(stride...))
		return c.node("ReduceSum", attrs{"keepdims": 0}, at, c.list(-1))
	}),
}

// zeros returns zeros of a shape.
func (c *call) zeros(shape []dim) string { return c.expand(c.number(0), nil, shape) }
