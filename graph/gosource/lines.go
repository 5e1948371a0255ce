package gosource

// lineRules are those of operators along one axis.
var lineRules = map[string]rule{
	"softmax":    along("softmax"),
	"logsoftmax": along("logSoftmax"),
	"logsumexp": steps(func(c *call) {
		s := c.shape(0)
		c.do("logSumExp", c.in(0), s[len(s)-1])
	}),
	"softmaxgrad": along("softmaxGrad"),
	"center":      along("center"),
	"spread":      along("spread"),
	"standardize": steps(func(c *call) {
		n, inner := c.line(0)
		c.do("standardize", c.in(0), c.v.Attrs.Float("eps"), n, inner)
	}),
	"standardizegrad": steps(func(c *call) {
		n, inner := c.line(0)
		c.do("standardizeGrad", c.in(0), c.in(1), c.v.Attrs.Float("eps"), n, inner)
	}),
	"moments":      channelwise("moments"),
	"comoments":    channelwise("comoments"),
	"affine":       channelwise("affine"),
	"blend":        channelwise("blend"),
	"cumsum":       running("cumSum"),
	"cumprod":      running("cumProd"),
	"logcumsumexp": running("logCumSumExp"),
	"recurrence": steps(func(c *call) {
		n, inner := c.line(0)
		c.do("recurrence", c.in(0), c.in(1), n, inner, c.v.Attrs.Bool("reverse"))
	}),
	"argrunning": steps(func(c *call) {
		n, inner := c.line(0)
		c.do("argRunning", c.in(0), n, inner, c.v.Attrs.Bool("least"))
	}),
	"argsort": steps(func(c *call) {
		n, inner := c.line(0)
		c.do("argSort", c.in(0), n, inner, c.v.Attrs.Bool("descending"))
	}),
	"crossentropy": steps(func(c *call) {
		s := c.shape(0)
		has, label := c.ignored()
		c.do("crossEntropy", c.in(0), c.in(1), s[len(s)-1], has, label)
	}),
	"crossentropygrad": steps(func(c *call) {
		s := c.shape(0)
		has, label := c.ignored()
		c.do("crossEntropyGrad", c.in(0), c.in(1), c.in(2), s[len(s)-1], has, label)
	}),
}

// along is a function of lines of n elements, inner apart.
func along(name string) rule {
	return steps(func(c *call) {
		n, inner := c.line(0)
		var in []any
		for i := range c.v.In {
			in = append(in, c.in(i))
		}
		c.do(name, append(in, n, inner)...)
	})
}

// channelwise is a function of an array [N, C, ...] that is told C and how many elements each
// channel of an example has.
func channelwise(name string) rule {
	return steps(func(c *call) {
		s := c.shape(0)
		var in []any
		for i := range c.v.In {
			in = append(in, c.in(i))
		}
		c.do(name, append(in, s[1], s[2:].Size())...)
	})
}

// running is a fold along lines that keeps what it has so far.
func running(name string) rule {
	return steps(func(c *call) {
		n, inner := c.line(0)
		c.do(name, c.in(0), n, inner, c.v.Attrs.Bool("reverse"), c.v.Attrs.Bool("exclusive"))
	})
}

// ignored says whether a label does not count, and which.
func (c *call) ignored() (bool, int) {
	return c.v.Attrs.Get("ignore") != nil, c.v.Attrs.Int("ignore")
}
