package main

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// This file has the rules of torch.nn.functional's losses.

// reduction is torch's reduction. What is empty has no mean here: reduced makes it. The
// batchmean of kl_div is a scalar by then.
func (c *call) reduction() loss.Reduction {
	r := word(c, "reduction", "mean", map[string]loss.Reduction{"none": loss.Each, "sum": loss.Sum, "mean": loss.Mean, "batchmean": loss.Mean})
	if r == loss.Mean && sizeOf(c.Shape(c.input)) == 0 {
		return loss.Each
	}
	return r
}

// reduced reduces what its rule has not; a scalar stays as it is.
func (c *call) reduced(x node) node {
	switch r := c.reduction(); {
	case r == loss.Sum:
		return c.Sum(x)
	case r == loss.Mean:
		return c.Mean(x)
	case c.text("reduction", "mean") != "none":
		return c.AddConst(c.Sum(x), math.NaN())
	}
	return x
}

// unseen hides from a loss that y is given: torch takes any number for a sign, its own
// samples have such, and floats are tried beside their values, while the project's losses
// refuse what they can see.
func (c *call) unseen(y node) node { return c.AddConst(y, 0) }

func lossRules() {
	type rule = func(c *call, x, y node) node
	plain := func(f func(b *build, x, y node, r ...loss.Reduction) node) rule {
		return func(c *call, x, y node) node { return f(c.Builder, x, y, c.reduction()) }
	}
	number := func(f func(b *build, x, y node, v float64, r ...loss.Reduction) node, name string) rule {
		return func(c *call, x, y node) node { return f(c.Builder, x, y, c.num(name, 1), c.reduction()) }
	}
	pairs := map[string]rule{
		"mse_loss":             plain(loss.MSE),
		"l1_loss":              plain(loss.MAE),
		"soft_margin_loss":     plain(loss.SoftMargin),
		"smooth_l1_loss":       number(loss.SmoothL1, "beta"),
		"huber_loss":           number(loss.Huber, "delta"),
		"hinge_embedding_loss": number(loss.HingeEmbedding, "margin"),
		"poisson_nll_loss": func(c *call, x, y node) node {
			o := loss.PoissonNLLOptions{Rate: !c.flag("log_input", true), Full: c.flag("full", false), Reduction: c.reduction()}
			if eps := c.num("eps", 1e-8); o.Rate { // torch reads eps in vain otherwise
				o.Eps = eps
			}
			return loss.PoissonNLL(c.Builder, x, y, o)
		},
		"gaussian_nll_loss": func(c *call, x, y node) node {
			v := c.tensor("var")
			if c.rank(v) == c.rank(x)-1 {
				v = c.Unsqueeze(v, c.rank(v))
			}
			return loss.GaussianNLL(c.Builder, x, y, v, loss.GaussianNLLOptions{Full: c.flag("full", false), Eps: c.num("eps", 1e-6), Reduction: c.reduction()})
		},
		"binary_cross_entropy": func(c *call, x, y node) node {
			return c.times(loss.BCE(c.Builder, x, y, loss.Each), c.optional("weight"))
		},
		"binary_cross_entropy_with_logits": func(c *call, x, y node) node {
			each := loss.BCEWithLogits(c.Builder, x, y, loss.BCEWithLogitsOptions{PositiveWeight: c.optional("pos_weight"), Reduction: loss.Each})
			return c.times(each, c.optional("weight"))
		},
		"multilabel_soft_margin_loss": func(c *call, x, y node) node {
			return loss.MultiLabelSoftMargin(c.Builder, x, y, loss.MultiLabelSoftMarginOptions{Weight: c.optional("weight"), Reduction: c.reduction()})
		},
		"multi_margin_loss": func(c *call, x, _ node) node {
			y, s := c.labels("target"), c.Shape(x)
			o := loss.MultiMarginOptions{Power: c.int("p", 1), Weight: c.optional("weight"), Reduction: loss.Each}
			each := loss.MultiMargin(c.Builder, x, c.Reshape(y, s[:len(s)-1]...), c.num("margin", 1), o)
			return c.Reshape(each, c.Shape(y)...)
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
	otherLossRules()
}

func otherLossRules() {
	rules := map[string]func(c *call) node{
		"kl_div": func(c *call) node {
			o := loss.KLDivergenceOptions{LogTarget: c.flag("log_target", false), Reduction: loss.Each}
			each := loss.KLDivergence(c.Builder, c.input, c.unseen(c.tensor("target")), o)
			if c.text("reduction", "mean") == "batchmean" {
				return c.Scale(c.Sum(each), 1/float64(c.Shape(c.input)[0]))
			}
			return c.reduced(each)
		},
		"margin_ranking_loss": func(c *call) node {
			return loss.MarginRanking(c.Builder, c.input, c.tensor("input2"), c.unseen(c.tensor("target")), c.num("margin", 0), c.reduction())
		},
		"cosine_embedding_loss": func(c *call) node {
			return loss.CosineEmbedding(c.Builder, c.input, c.tensor("input2"), c.unseen(c.tensor("target")), c.num("margin", 0), c.reduction())
		},
		"triplet_margin_loss":               triplets,
		"triplet_margin_with_distance_loss": triplets,
		"multilabel_margin_loss":            multiLabelMargin,
		"nll_loss":                          func(c *call) node { return labelled(c, loss.NLL) },
		"cross_entropy":                     crossEntropy,
		"ctc_loss":                          connectionist,
	}
	for name, f := range rules {
		calls[functional+name] = one1(func(c *call) node { return c.reduced(f(c)) })
	}
}

func triplets(c *call) node {
	if c.given("distance_function") {
		c.unsupported("a distance of its own")
		return nil
	}
	o := loss.TripletMarginOptions{Order: c.num("p", 2), Eps: c.num("eps", 1e-6), Swap: c.flag("swap", false), Reduction: c.reduction()}
	return loss.TripletMargin(c.Builder, c.input, c.tensor("positive"), c.tensor("negative"), c.num("margin", 1), o)
}

// classAxis is where torch has the classes.
func (c *call) classAxis() int { return min(1, c.rank(c.input)-1) }

func crossEntropy(c *call) node {
	v, _ := c.arg("target")
	if v.kind != ofFloats {
		return labelled(c, loss.CrossEntropy)
	}
	o := loss.SoftCrossEntropyOptions{Axis: c.classAxis(), Weight: c.optional("weight"), Smoothing: c.num("label_smoothing", 0), Reduction: c.reduction()}
	return loss.SoftCrossEntropy(c.Builder, c.input, c.unseen(c.node(v)), o)
}

// labelled is a loss of labels.
func labelled(c *call, f func(b *build, x, y node, o ...loss.CrossEntropyOptions) node) node {
	o := loss.CrossEntropyOptions{Axis: c.classAxis(), Weight: c.optional("weight"), Ignore: new(c.int("ignore_index", -100)),
		Smoothing: c.num("label_smoothing", 0), Reduction: c.reduction()}
	return f(c.Builder, c.input, c.labels("target"), o)
}

// multiLabelMargin reads the labels of each example up to the first -1.
func multiLabelMargin(c *call) node {
	v, _ := c.arg("target")
	target := c.static(v)
	if target == nil || target.Ints == nil {
		c.unsupported("multilabel_margin_loss of labels that only the graph knows")
		return nil
	}
	s := c.Shape(c.input)
	rows, classes := s[:len(s)-1], s[len(s)-1]
	labels := make([][]int, sizeOf(rows))
	for i := range labels {
		for _, l := range target.Ints[i*classes : (i+1)*classes] {
			if l < 0 {
				break
			}
			labels[i] = append(labels[i], l)
		}
	}
	each := loss.MultiLabelMargin(c.Builder, c.Reshape(c.input, len(labels), classes), labels, loss.Each)
	return c.Reshape(each, rows...)
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
		l := loss.CTC(c.Builder, y, c.ConstInts(list, 1, len(list)), blank, loss.Each)
		each = append(each, c.Add(l, c.Sub(mass, c.StopGradient(mass))))
	}
	l := c.Concat(0, each...)
	if c.flag("zero_infinity", false) {
		l = c.Where(c.Equal(l, c.Scalar(math.Inf(1))), c.Scalar(0), l)
	}
	if c.text("reduction", "mean") == "mean" {
		sizes := make([]float64, len(lengths))
		for i, n := range lengths {
			sizes[i] = float64(max(1, n))
		}
		l = c.Div(l, c.Const(sizes, len(sizes)))
	}
	if one {
		l = c.Reshape(l)
	}
	return l
}
