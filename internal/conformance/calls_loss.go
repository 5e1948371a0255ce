package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// This file has the rules of torch.nn.functional's losses.

// reduced is a loss with torch's reduction.
func (c *call) reduced(x node) node {
	switch how := c.text("reduction", "mean"); how {
	case "none":
		return x
	case "sum":
		return c.Sum(x)
	case "mean":
	default:
		c.unsupported("the reduction %q", how)
	}
	if sizeOf(c.Shape(x)) == 0 {
		return c.AddConst(c.Sum(x), math.NaN())
	}
	return c.Mean(x)
}

// weighted is a loss times the argument weight, if it is there.
func (c *call) weighted(x node) node {
	if w := c.optional("weight"); w != nil {
		return c.Mul(x, w)
	}
	return x
}

// unseen hides from a loss that y is given: torch takes any number for a sign, its own
// samples have such, and floats are tried beside their values, while the project's losses
// refuse what they can see.
func (c *call) unseen(y node) node { return c.AddConst(y, 0) }

func lossRules() {
	pairs := map[string]func(c *call, x, y node) node{
		"mse_loss":         func(c *call, x, y node) node { return loss.SquaredError(c.Builder, x, y) },
		"l1_loss":          func(c *call, x, y node) node { return c.Abs(c.Sub(x, y)) },
		"smooth_l1_loss":   func(c *call, x, y node) node { return loss.SmoothL1Each(c.Builder, x, y, c.num("beta", 1)) },
		"huber_loss":       func(c *call, x, y node) node { return loss.HuberEach(c.Builder, x, y, c.num("delta", 1)) },
		"soft_margin_loss": func(c *call, x, y node) node { return loss.SoftMargin(c.Builder, x, y) },
		"hinge_embedding_loss": func(c *call, x, y node) node {
			return loss.HingeEmbedding(c.Builder, x, y, c.num("margin", 1))
		},
		"poisson_nll_loss": func(c *call, x, y node) node {
			return loss.PoissonNLL(c.Builder, x, y, c.flag("log_input", true), c.flag("full", false), c.num("eps", 1e-8))
		},
		"gaussian_nll_loss": func(c *call, x, y node) node {
			v := c.tensor("var")
			if c.rank(v) == c.rank(x)-1 {
				v = c.Unsqueeze(v, c.rank(v))
			}
			return loss.GaussianNLL(c.Builder, x, y, v, c.flag("full", false), c.num("eps", 1e-6))
		},
		"binary_cross_entropy": func(c *call, x, y node) node { return c.weighted(loss.BCEEach(c.Builder, x, y)) },
		"binary_cross_entropy_with_logits": func(c *call, x, y node) node {
			if c.given("pos_weight") {
				return c.weighted(loss.BCEWithLogitsWeighted(c.Builder, x, y, c.tensor("pos_weight")))
			}
			return c.weighted(loss.BCEWithLogitsEach(c.Builder, x, y))
		},
		"multilabel_soft_margin_loss": func(c *call, x, y node) node {
			w := c.optional("weight")
			return loss.MultiLabelSoftMargin(c.Builder, x, y, w)
		},
		"multi_margin_loss": func(c *call, x, _ node) node {
			w := c.optional("weight")
			y := c.labels("target")
			one := c.rank(x) < 2
			if one {
				x = c.Reshape(x, 1, sizeOf(c.Shape(x)))
			}
			loss := loss.MultiMargin(c.Builder, x, c.Reshape(y, c.Shape(x)[0]), w, c.int("p", 1), c.num("margin", 1))
			if one && c.rank(y) == 0 {
				loss = c.Reshape(loss)
			}
			return loss
		},
	}
	for name, f := range pairs {
		calls[functional+name] = one1(func(c *call) node {
			x, y := c.input, c.tensor("target")
			if v, _ := c.arg("target"); v.kind == ofFloats {
				x, y = together(c, x, y)
				y = c.unseen(y)
			}
			return c.reduced(f(c, x, y))
		})
	}
	labelLossRules()
}

func labelLossRules() {
	calls[functional+"multilabel_margin_loss"] = one1(multiLabelMargin)
	calls[functional+"kl_div"] = one1(func(c *call) node {
		loss := loss.KLDivergence(c.Builder, c.input, c.unseen(c.tensor("target")), c.flag("log_target", false))
		if c.text("reduction", "mean") == "batchmean" {
			return c.Scale(c.Sum(loss), 1/float64(c.Shape(c.input)[0]))
		}
		return c.reduced(loss)
	})
	calls[functional+"margin_ranking_loss"] = one1(func(c *call) node {
		return c.reduced(loss.MarginRanking(c.Builder, c.input, c.tensor("input2"), c.unseen(c.tensor("target")), c.num("margin", 0)))
	})
	calls[functional+"cosine_embedding_loss"] = one1(func(c *call) node {
		return c.reduced(loss.CosineEmbedding(c.Builder, c.input, c.tensor("input2"), c.unseen(c.tensor("target")), c.num("margin", 0)))
	})
	for _, name := range []string{"triplet_margin_loss", "triplet_margin_with_distance_loss"} {
		calls[functional+name] = one1(func(c *call) node {
			if c.given("distance_function") {
				c.unsupported("a distance of its own")
				return nil
			}
			return c.reduced(loss.TripletMargin(c.Builder, c.input, c.tensor("positive"), c.tensor("negative"),
				c.num("margin", 1), c.num("p", 2), c.num("eps", 1e-6), c.flag("swap", false)))
		})
	}
	calls[functional+"nll_loss"] = one1(func(c *call) node { return likelihood(c, c.input) })
	calls[functional+"cross_entropy"] = one1(crossEntropy)
	calls[functional+"ctc_loss"] = one1(connectionist)
}

func crossEntropy(c *call) node {
	if v, _ := c.arg("target"); v.kind == ofFloats {
		loss := loss.CrossEntropySoft(c.Builder, c.input, c.unseen(c.node(v)), c.optional("weight"), c.num("label_smoothing", 0))
		if s := c.Shape(loss); c.text("reduction", "mean") == "mean" { // torch divides by the examples alone
			return c.Scale(c.Sum(loss), 1/float64(sizeOf(s)))
		}
		return c.reduced(loss)
	}
	return likelihood(c, c.LogSoftmaxAxis(c.input, min(1, c.rank(c.input)-1)))
}

// likelihood is the negative log likelihood of labels.
func likelihood(c *call, logs node) node {
	loss, weight := loss.NLLEach(c.Builder, logs, c.labels("target"), loss.Likelihoods{Weight: c.optional("weight"), Ignoring: true,
		Ignore: c.int("ignore_index", -100), Smoothing: c.num("label_smoothing", 0)})
	if c.text("reduction", "mean") == "mean" {
		return c.Div(c.Sum(loss), c.Sum(weight))
	}
	return c.reduced(loss)
}

// multiLabelMargin reads the labels of each example up to the first -1.
func multiLabelMargin(c *call) node {
	x := c.input
	v, _ := c.arg("target")
	target := c.static(v)
	if target == nil || target.Ints == nil {
		c.unsupported("multilabel_margin_loss of labels that only the graph knows")
		return nil
	}
	one := c.rank(x) < 2
	if one {
		x = c.Reshape(x, 1, sizeOf(c.Shape(x)))
	}
	classes := c.Shape(x)[1]
	labels := make([][]int, c.Shape(x)[0])
	for i := range labels {
		for _, l := range target.Ints[i*classes : (i+1)*classes] {
			if l < 0 {
				break
			}
			labels[i] = append(labels[i], l)
		}
	}
	loss := loss.MultiLabelMargin(c.Builder, x, labels)
	if one {
		loss = c.Reshape(loss)
	}
	return c.reduced(loss)
}

// connectionist is the CTC loss, of each example by itself: they may have different
// lengths.
func connectionist(c *call) node {
	x, blank := c.tensor("log_probs"), c.int("blank", 0)
	steps, lengths := c.ints("input_lengths"), c.ints("target_lengths")
	targets, _ := c.arg("targets")
	labels := c.static(targets)
	if labels == nil || len(steps) != len(lengths) {
		c.unsupported("ctc_loss of labels that only the graph knows")
		return nil
	}
	one := c.rank(x) == 2
	if one {
		x = c.Unsqueeze(x, 1)
	}
	var each []node
	start := 0
	for i, t := range steps {
		if len(labels.Shape) == 2 {
			start = i * labels.Shape[1]
		}
		list := labels.Ints[start : start+lengths[i]]
		start += lengths[i]
		y := c.Slice(x, graph.Range(0, t), graph.Range(i, i+1)) // [T, 1, C]
		if len(list) == 0 {
			each = append(each, c.Neg(c.Reshape(c.Sum(c.Slice(y, graph.All(), graph.All(), graph.Range(blank, blank+1))), 1)))
			continue
		}
		// torch's gradient is that by what log_softmax was of, written as one by its
		// result: it has a term that log_softmax takes away again.
		mass := c.Sum(c.Exp(y))
		loss := loss.CTC(c.Builder, y, c.ConstInts(list, 1, len(list)), blank)
		each = append(each, c.Add(loss, c.Sub(mass, c.StopGradient(mass))))
	}
	loss := c.Concat(0, each...)
	const endless = 1e29 // the Builder's CTC has a large number for what is impossible
	impossible := c.Greater(loss, c.Scalar(endless))
	if c.flag("zero_infinity", false) {
		loss = c.Where(impossible, c.Scalar(0), loss)
	} else {
		loss = c.Where(impossible, c.Scalar(math.Inf(1)), loss)
	}
	if c.text("reduction", "mean") == "mean" {
		sizes := make([]float64, len(lengths))
		for i, n := range lengths {
			sizes[i] = float64(max(1, n))
		}
		loss = c.Div(loss, c.Const(sizes, len(sizes)))
	}
	if one {
		loss = c.Reshape(loss)
	}
	return c.reduced(loss)
}
