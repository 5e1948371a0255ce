package onnx

// compareRules are those of comparisons, whose results are 1 and 0, and of what chooses by
// them. A comparison's booleans are kept: what chooses by it reads these.
var compareRules = map[string]rule{
	"eq": compares("Equal"), "ge": compares("GreaterOrEqual"), "gt": compares("Greater"), "le": compares("LessOrEqual"), "lt": compares("Less"),
	"eqconst": compares("Equal"), "geconst": compares("GreaterOrEqual"), "gtconst": compares("Greater"), "leconst": compares("LessOrEqual"), "ltconst": compares("Less"),
	"ne":    several(func(c *call) string { return c.verdict(c.do("Not", c.do("Equal", c.in...))) }),
	"isnan": several(func(c *call) string { return c.verdict(c.do("IsNaN", c.in[0])) }),
	"isinf": several(func(c *call) string { return c.verdict(c.do("IsInf", c.in[0])) }),
	"notint": several(func(c *call) string {
		return c.verdict(c.do("Not", c.do("Equal", c.arg(0), c.whole(c.int("by")))))
	}),

	"select": several(func(c *call) string { // Where alone, if a comparison made the condition
		return c.do("Where", c.truthOf(c.v.In[0]), c.in[1], c.in[2])
	}),
	"weigh": several(func(c *call) string { // 0 where the weight is 0
		zero := c.number(0)
		return c.do("Where", c.do("Equal", c.in[0], zero), zero, c.do("Mul", c.in[0], c.in[1]))
	}),
	"relugrad": several(func(c *call) string {
		zero := c.number(0)
		return c.do("Where", c.do("LessOrEqual", c.in[1], zero), zero, c.in[0])
	}),
}

// compares is a comparison of two operands, or of one with the attribute by.
func compares(op string) rule {
	return several(func(c *call) string {
		in := c.in
		if len(in) == 1 {
			in = []string{in[0], c.number(c.by())}
		}
		return c.verdict(c.do(op, in...))
	})
}

// verdict returns booleans as floats, and keeps the booleans.
func (c *call) verdict(x string) string {
	c.truth = x
	return c.cast(x)
}
