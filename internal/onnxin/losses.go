package onnxin

import (
	"slices"
)

// lossRules are those of losses.
var lossRules = map[string]rule{
	"NegativeLogLikelihoodLoss": {least: 2, most: 3, indices: []int{1}, make: func(c *call) []Value {
		return c.floats(c.likelihood(c.float(0)))
	}},
	"SoftmaxCrossEntropyLoss": {least: 2, most: 3, indices: []int{1}, make: func(c *call) []Value {
		logs := c.LogSoftmaxAxis(c.float(0), 1)
		return c.floats(c.likelihood(logs), logs)
	}},
}

// likelihood is the weighted negative logarithm of the probability of each label. logs: [N, C, ...].
// Labels to ignore may be no class.
func (c *call) likelihood(logs node) node {
	s, l := c.dims(0), c.dims(1)
	if len(s) < 2 || !slices.Equal(l, append([]int{s[0]}, s[2:]...)) {
		c.malformed("got labels %v for %v, want one for each example", l, s)
	}
	labels, counts := c.float(1), node(nil)
	if c.hasAttr("ignore_index") {
		counts = c.NotEqual(labels, c.Scalar(float64(c.intAttr("ignore_index", 0))))
		labels = c.Mul(labels, counts)
	}
	index := c.AsInts(labels)
	each := c.Neg(c.Squeeze(c.Gather(logs, c.Unsqueeze(index, 1), 1), 1))
	weights := counts
	if c.has(2) {
		if weights = c.Take(c.float(2), index); counts != nil {
			weights = c.Where(counts, weights, c.Scalar(0))
		}
	}
	if weights != nil {
		each = c.Where(c.Equal(weights, c.Scalar(0)), c.Scalar(0), c.Mul(each, weights))
	}
	switch by := c.textAttr("reduction", "mean"); by {
	case "none":
		return each
	case "sum":
		return c.Sum(each)
	case "mean":
		if weights == nil {
			return c.Mean(each)
		}
		return c.Div(c.Sum(each), c.Sum(weights))
	default:
		c.refuse("got reduction = %q, want none, sum or mean", by)
	}
	return nil
}
