package onnxin

import (
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// randomRules are those of random numbers. They are drawn as the library draws them, by the
// Builder's seed. A node's own seed changes nothing.
var randomRules = map[string]rule{
	"Dropout":           {draws: true, least: 1, most: 3, settings: []int{1, 2}, make: dropout},
	"Bernoulli":         {draws: true, least: 1, most: 1, make: bernoulli},
	"RandomNormal":      {make: func(c *call) []Value { return c.normal(c.intsAttr("shape", nil), onnxfile.Float) }},
	"RandomUniform":     {make: func(c *call) []Value { return c.uniform(c.intsAttr("shape", nil), onnxfile.Float) }},
	"RandomNormalLike":  {draws: true, least: 1, most: 1, make: func(c *call) []Value { return c.normal(c.dims(0), c.kind(0)) }},
	"RandomUniformLike": {draws: true, least: 1, most: 1, make: func(c *call) []Value { return c.uniform(c.dims(0), c.kind(0)) }},
	"Multinomial":       {draws: true, least: 1, most: 1, make: multinomial},
}

// dtype returns the type that an attribute names.
func (c *call) dtype(fallback onnxfile.Kind) onnxfile.Kind {
	kind := onnxfile.Kind(c.intAttr("dtype", int(fallback)))
	if err := kind.Check(); err != nil {
		panic(about(c.Node, err))
	}
	return kind
}

func (c *call) normal(shape []int, kind onnxfile.Kind) []Value {
	c.ignore("seed")
	mean, scale := c.floatAttr("mean", 0), c.floatAttr("scale", 1)
	return c.typed(c.dtype(kind), c.AddConst(c.Scale(c.Normal(shape...), scale), mean))
}

func (c *call) uniform(shape []int, kind onnxfile.Kind) []Value {
	c.ignore("seed")
	low, high := c.floatAttr("low", 0), c.floatAttr("high", 1)
	return c.typed(c.dtype(kind), c.AddConst(c.Scale(c.Uniform(shape...), high-low), low))
}

func bernoulli(c *call) []Value {
	c.ignore("seed")
	return c.typed(c.dtype(c.kind(0)), c.Bernoulli(c.float(0)))
}

// multinomial draws categories for each row of logits.
func multinomial(c *call) []Value {
	c.ignore("seed")
	s, n := c.dims(0), c.intAttr("sample_size", 1)
	kind := c.dtype(onnxfile.Int32)
	if len(s) != 2 || n < 1 {
		c.malformed("got %d samples of %v, want at least one of [N, classes]", n, s)
	}
	logits := c.Broadcast(c.Unsqueeze(c.float(0), 1), s[0], n, s[1])
	return c.typed(kind, c.Categorical(logits))
}

// dropout leaves x as it is when a model predicts. In training it drops elements at the rate, and
// also returns which are kept.
func dropout(c *call) []Value {
	x := c.float(0)
	rate, training := c.floatAttr("ratio", 0.5), false
	if c.version >= 12 {
		rate, training = c.number(1, 0.5), c.number(2, 0) != 0
	} else if c.version < 7 {
		training = !c.boolAttr("is_test", false)
	}
	c.ignore("seed")
	ones := c.Broadcast(c.Scalar(1), c.dims(0)...)
	if rate == 0 || !training && !c.Training() {
		return append(c.floats(x), c.truth(ones)...)
	}
	if rate < 0 || rate >= 1 {
		c.malformed("got ratio = %v, want 0 to before 1", rate)
	}
	mask := c.core.DropMask(c.core.Draw(), x, 1-rate) // 1/(1 - ratio) or 0
	return append(c.floats(c.Mul(x, mask)), c.truth(c.Greater(mask, c.Scalar(0)))...)
}
