package main

import (
	"math"
	"regexp"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has formulas of losses in words.

// reduceTo is a loss with a reduction that the words say.
func (b *bench) reduceTo(loss *gorgonia.Node, words string) *gorgonia.Node {
	switch {
	case len(b.wanted()) > 0 || strings.Contains(words, "none"):
		return loss
	case strings.Contains(words, "batchmean"):
		return b.Scale(b.Sum(loss), 1/float64(b.Shape(b.x())[0]))
	case strings.Contains(words, "sum"):
		return b.Sum(loss)
	}
	return b.Mean(loss)
}

// setting is the number behind a word, or the attribute of that name, or def.
func (b *bench) setting(text, word string, def float64) float64 {
	if v, ok := b.k.Attrs[word].(float64); ok {
		return v
	}
	if m := regexp.MustCompile(regexp.QuoteMeta(word) + `[ =]*(-?[0-9][0-9.e-]*)`).FindStringSubmatch(text); m != nil {
		return numberIn(m[1], def)
	}
	return def
}

func lossPatterns() {
	pair := func(form string, f func(b *bench, x, y *gorgonia.Node, text string) *gorgonia.Node) {
		when(form, func(b *bench, m []string) *gorgonia.Node {
			in := b.arguments()
			if len(in) < 2 {
				return nil
			}
			return b.reduceTo(f(b, in[0].node, in[1].node, m[0]), m[0])
		})
	}
	pair(`(?:mse|squared error|mean squared error).*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node { return b.SquaredError(x, y) })
	pair(`(?:mae|l1|l1_loss|mean absolute error).*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node { return b.Abs(b.Sub(x, y)) })
	pair(`huber.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		return b.HuberEach(x, y, b.setting(t, "delta", 1))
	})
	pair(`smooth_?l1.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		return b.SmoothL1Each(x, y, b.setting(t, "beta", 1))
	})
	pair(`log.?cosh.*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node {
		d := b.Sub(x, y)
		return b.AddConst(b.Add(b.Abs(d), b.Softplus(b.Scale(b.Abs(d), -2))), -math.Ln2)
	})
	pair(`(?:quantile|pinball).*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		q := numberIn(t, 0.5)
		e := b.Sub(y, x)
		return b.Maximum(b.Scale(e, q), b.Scale(e, q-1))
	})
	pair(`bce_with_logits.*pos_weight.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		w := b.optional("w", "pos_weight", "p")
		if w == nil {
			w = b.Scalar(b.setting(t, "pos_weight", 1))
		}
		return b.BCEWithLogitsWeighted(x, y, w)
	})
	pair(`bce_with_logits.*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node { return b.BCEWithLogitsEach(x, y) })
	pair(`(?:bce|binary cross.entropy).*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node { return b.BCEEach(x, y) })
	pair(`(?:kl_div|kl|KL).*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		return b.KLDivergence(x, y, strings.Contains(t, "log_target") && !strings.Contains(t, "False"))
	})
	pair(`poisson_nll.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		return b.PoissonNLL(x, y, !strings.Contains(t, "log_input=False") && !strings.Contains(t, "rate"), strings.Contains(t, "full") && !strings.Contains(t, "full=False"), 1e-8)
	})
	pair(`soft_?margin.*|mean log\(1\+exp\(-xy\)\).*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node { return b.SoftMargin(x, y) })
	pair(`hinge_embedding.*|hinge embedding.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		return b.HingeEmbedding(x, y, b.setting(t, "margin", 1))
	})
	pair(`squared hinge.*|mean max\(0,1-xy\)\^2`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node {
		return b.Square(b.ReLU(b.AddConst(b.Neg(b.Mul(x, y)), 1)))
	})
	pair(`hinge.*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node {
		return b.ReLU(b.AddConst(b.Neg(b.Mul(x, y)), 1))
	})
	pair(`multi-?_?class hinge.*|multi_?margin.*`, func(b *bench, x, y *gorgonia.Node, t string) *gorgonia.Node {
		p := 1
		if strings.Contains(t, "p=2") || strings.Contains(t, "squared") {
			p = 2
		}
		return b.MultiMargin(x, y, b.optional("w"), p, b.setting(t, "margin", 1))
	})
	pair(`multilabel_soft_margin.*`, func(b *bench, x, y *gorgonia.Node, _ string) *gorgonia.Node {
		return b.MultiLabelSoftMargin(x, y, b.optional("w"))
	})
	when(`gaussian_nll.*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.arguments()
		if len(in) != 3 {
			return nil
		}
		return b.reduceTo(b.GaussianNLL(in[0].node, in[1].node, in[2].node, strings.Contains(m[0], "full"), epsIn(m[0], 1e-6)), m[0])
	})
	when(`(?:margin_ranking|margin ranking).*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.arguments()
		return b.reduceTo(b.MarginRanking(in[0].node, in[1].node, b.target(in), b.setting(m[0], "margin", 0)), m[0])
	})
	when(`(?:cosine_embedding|cosine embedding).*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.arguments()
		return b.reduceTo(b.CosineEmbedding(in[0].node, in[1].node, b.target(in), b.setting(m[0], "margin", 0)), m[0])
	})
	when(`triplet.*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.inputs()
		return b.reduceTo(b.TripletMargin(in[0], in[1], in[2], b.setting(m[0], "margin", 1), b.setting(m[0], "p=", 2), 1e-6, strings.Contains(m[0], "swap")), m[0])
	})
	when(`cosine.?(?:similarity)?.*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.inputs()
		if len(in) != 2 {
			return nil
		}
		return b.CosineSimilarity(in[0], in[1], -1, 1e-8)
	})
	when(`.*(?:soft.?targets?|probabilit|label.?smoothing|smoothed|cross.?entropy|ignore_index|class weights|nll|CE|NLL).*`, classLoss)
	when(`focal.*`, func(b *bench, m []string) *gorgonia.Node {
		in := b.arguments()
		gamma := b.setting(m[0], "gamma", 2)
		x, y := in[0].node, in[1].node
		if in[1].tensor != nil && in[1].tensor.Ints != nil && len(b.Shape(x)) == 2 {
			logp := b.Neg(b.SoftmaxCrossEntropyEach(x, y))
			return b.reduceTo(b.Neg(b.Mul(b.PowConst(b.AddConst(b.Neg(b.Exp(logp)), 1), gamma), logp)), m[0])
		}
		if in[1].tensor != nil {
			y = b.Const(in[1].tensor.Floats, in[1].tensor.Shape...)
		}
		logp := b.Neg(b.BCEWithLogitsEach(x, y))
		return b.reduceTo(b.Neg(b.Mul(b.PowConst(b.AddConst(b.Neg(b.Exp(logp)), 1), gamma), logp)), m[0])
	})
	when(`ctc targets (\[\[.*\]\]), blank ([0-9]+).*`, func(b *bench, m []string) *gorgonia.Node {
		rows := strings.Split(m[1], "],[")
		labels := numbers(m[1])
		n := len(labels) / len(rows)
		loss := b.CTC(b.LogSoftmaxAxis(b.x(), 2), b.ConstInts(labels, len(rows), n), numbers(m[2])[0])
		if strings.Contains(m[0], "sum") {
			return b.Sum(loss)
		}
		return b.Scale(b.Mean(loss), 1/float64(n)) // the mean of the losses for each label
	})
	when(`(log_)?softmax (?:axis|dim) (-?[0-9]+)`, func(b *bench, m []string) *gorgonia.Node {
		if m[1] == "" {
			return b.SoftmaxAxis(b.x(), numbers(m[2])[0])
		}
		return b.LogSoftmaxAxis(b.x(), numbers(m[2])[0])
	})
}

// target is the constant argument, or the last one, as floats.
func (b *bench) target(in []value) *gorgonia.Node {
	last := in[len(in)-1]
	if last.tensor != nil && last.tensor.Ints != nil {
		return b.Const(last.tensor.Floats, last.tensor.Shape...)
	}
	return last.node
}

// classLoss is a cross-entropy of labels or of probabilities, with weights of the
// classes, an ignored label and smoothing as the words and inputs say.
func classLoss(b *bench, m []string) *gorgonia.Node {
	x := b.x()
	smoothing := 0.0
	if strings.Contains(m[0], "smooth") {
		smoothing = b.setting(m[0], "smoothing", 0)
	}
	axis := min(1, len(b.Shape(x))-1)
	w := b.optional("w", "weight")
	for _, v := range b.k.ConstInputs {
		if v.Ints == nil || len(v.Shape) != len(b.Shape(x))-1 {
			continue
		}
		logp := x
		if !strings.HasPrefix(m[0], "nll") || strings.Contains(m[0], "log_softmax") || strings.Contains(m[0], "logits") {
			logp = b.LogSoftmaxAxis(x, axis)
		}
		o := graph.Likelihoods{Weight: w, Smoothing: smoothing, Ignoring: true, Ignore: -100}
		if strings.Contains(m[0], "ignore_index") {
			o.Ignore = int(b.setting(m[0], "ignore_index", -100))
		}
		loss, weight := b.NLLEach(logp, b.ConstInts(v.Ints, v.Shape...), o)
		if len(b.wanted()) == 0 && !strings.Contains(m[0], "sum,") && !strings.HasSuffix(m[0], "sum") {
			return b.Div(b.Sum(loss), b.Sum(weight))
		}
		return b.reduceTo(loss, m[0])
	}
	in := b.arguments()
	if len(in) < 2 {
		return nil
	}
	return b.reduceTo(b.CrossEntropySoft(x, b.target(in[:2]), w, smoothing), m[0])
}
