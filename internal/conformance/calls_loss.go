package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch.nn.functional's losses.

// reduced is a loss with torch's reduction.
func (c *call) reduced(x *gorgonia.Node) *gorgonia.Node {
	switch c.text(-1, "reduction", "mean") {
	case "none":
		return x
	case "sum":
		return c.Sum(x)
	}
	if sizeOf(c.Shape(x)) == 0 {
		return c.AddConst(c.Sum(x), math.NaN())
	}
	return c.Mean(x)
}

// weighted is a loss times the argument weight, if it is there.
func (c *call) weighted(x *gorgonia.Node) *gorgonia.Node {
	if c.given(1, "weight") {
		return c.Mul(x, c.tensor(1, "weight"))
	}
	return x
}

func lossRules(nn string) {
	pairs := map[string]func(c *call, x, y *gorgonia.Node) *gorgonia.Node{
		"mse_loss":         func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.SquaredError(x, y) },
		"l1_loss":          func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Abs(c.Sub(x, y)) },
		"smooth_l1_loss":   func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.SmoothL1Each(x, y, c.num(-1, "beta", 1)) },
		"huber_loss":       func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.HuberEach(x, y, c.num(-1, "delta", 1)) },
		"soft_margin_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.SoftMargin(x, y) },
		"hinge_embedding_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			return c.HingeEmbedding(x, y, c.num(-1, "margin", 1))
		},
		"poisson_nll_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			return c.PoissonNLL(x, y, c.flag(1, "log_input", true), c.flag(2, "full", false), c.num(-1, "eps", 1e-8))
		},
		"gaussian_nll_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			v := c.tensor(1, "var")
			if c.rank(v) == c.rank(x)-1 {
				v = c.Unsqueeze(v, c.rank(v))
			}
			return c.GaussianNLL(x, y, v, c.flag(-1, "full", false), c.num(-1, "eps", 1e-6))
		},
		"binary_cross_entropy": func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.weighted(c.BCEEach(x, y)) },
		"binary_cross_entropy_with_logits": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			if c.given(-1, "pos_weight") {
				return c.weighted(c.BCEWithLogitsWeighted(x, y, c.tensor(-1, "pos_weight")))
			}
			return c.weighted(c.BCEWithLogitsEach(x, y))
		},
		"multilabel_soft_margin_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			var w *gorgonia.Node
			if c.given(1, "weight") {
				w = c.tensor(1, "weight")
			}
			return c.MultiLabelSoftMargin(x, y, w)
		},
		"multi_margin_loss": func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			var w *gorgonia.Node
			if c.given(3, "weight") {
				w = c.tensor(3, "weight")
			}
			one := c.rank(x) < 2
			if one {
				x = c.Reshape(x, 1, sizeOf(c.Shape(x)))
			}
			loss := c.MultiMargin(x, c.Reshape(y, c.Shape(x)[0]), w, c.int(1, "p", 1), c.num(2, "margin", 1))
			if one && c.rank(y) == 0 {
				loss = c.Reshape(loss)
			}
			return loss
		},
	}
	for name, f := range pairs {
		torchRules[nn+name] = one1(func(c *call) *gorgonia.Node { return c.reduced(f(c, c.input, c.tensor(0, "target"))) })
	}
	torchRules[nn+"multilabel_margin_loss"] = one1(multiLabelMargin)
	torchRules[nn+"kl_div"] = one1(func(c *call) *gorgonia.Node {
		loss := c.KLDivergence(c.input, c.tensor(0, "target"), c.flag(-1, "log_target", false))
		if c.text(-1, "reduction", "mean") == "batchmean" {
			return c.Scale(c.Sum(loss), 1/float64(c.Shape(c.input)[0]))
		}
		return c.reduced(loss)
	})
	torchRules[nn+"margin_ranking_loss"] = one1(func(c *call) *gorgonia.Node {
		return c.reduced(c.MarginRanking(c.input, c.tensor(0, "input2"), c.tensor(1, "target"), c.num(2, "margin", 0)))
	})
	torchRules[nn+"cosine_embedding_loss"] = one1(func(c *call) *gorgonia.Node {
		return c.reduced(c.CosineEmbedding(c.input, c.tensor(0, "input2"), c.tensor(1, "target"), c.num(2, "margin", 0)))
	})
	for _, name := range []string{"triplet_margin_loss", "triplet_margin_with_distance_loss"} {
		torchRules[nn+name] = one1(func(c *call) *gorgonia.Node {
			if c.given(-1, "distance_function") {
				c.unsupported("a distance of its own")
				return nil
			}
			return c.reduced(c.TripletMargin(c.input, c.tensor(0, "positive"), c.tensor(1, "negative"),
				c.num(-1, "margin", 1), c.num(-1, "p", 2), c.num(-1, "eps", 1e-6), c.flag(-1, "swap", false)))
		})
	}
	torchRules[nn+"nll_loss"] = one1(func(c *call) *gorgonia.Node { return likelihood(c, c.input) })
	torchRules[nn+"cross_entropy"] = one1(crossEntropy)
}

// classWeight is the argument weight of the classes, or nil.
func (c *call) classWeight() *gorgonia.Node {
	if c.given(1, "weight") {
		return c.tensor(1, "weight")
	}
	return nil
}

func crossEntropy(c *call) *gorgonia.Node {
	v, _ := c.arg(0, "target")
	if v.tensor == nil {
		c.unsupported("no target")
		return nil
	}
	if v.tensor.Ints == nil {
		loss := c.CrossEntropySoft(c.input, c.node(v), c.classWeight(), c.num(-1, "label_smoothing", 0))
		if s := c.Shape(loss); c.text(-1, "reduction", "mean") == "mean" { // torch divides by the examples alone
			return c.Scale(c.Sum(loss), 1/float64(sizeOf(s)))
		}
		return c.reduced(loss)
	}
	return likelihood(c, c.LogSoftmaxAxis(c.input, min(1, c.rank(c.input)-1)))
}

// likelihood is the negative log likelihood of labels.
func likelihood(c *call, logs *gorgonia.Node) *gorgonia.Node {
	loss, weight := c.NLLEach(logs, c.tensor(0, "target"), graph.Likelihoods{Weight: c.classWeight(), Ignoring: true,
		Ignore: c.int(-1, "ignore_index", -100), Smoothing: c.num(-1, "label_smoothing", 0)})
	if c.text(-1, "reduction", "mean") == "mean" {
		return c.Div(c.Sum(loss), c.Sum(weight))
	}
	return c.reduced(loss)
}

// multiLabelMargin reads the labels of each example up to the first -1.
func multiLabelMargin(c *call) *gorgonia.Node {
	x := c.input
	v, _ := c.arg(0, "target")
	one := c.rank(x) < 2
	if one {
		x = c.Reshape(x, 1, sizeOf(c.Shape(x)))
	}
	classes := c.Shape(x)[1]
	labels := make([][]int, c.Shape(x)[0])
	for i := range labels {
		for _, l := range v.tensor.Ints[i*classes : (i+1)*classes] {
			if l < 0 {
				break
			}
			labels[i] = append(labels[i], l)
		}
	}
	loss := c.MultiLabelMargin(x, labels)
	if one {
		loss = c.Reshape(loss)
	}
	return c.reduced(loss)
}
