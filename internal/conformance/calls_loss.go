package main

import (
	"math"

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

func lossRules(nn string) {
	pair := func(f func(c *call, x, y *gorgonia.Node) *gorgonia.Node) torchRule {
		return one1(func(c *call) *gorgonia.Node { return c.reduced(f(c, c.input, c.tensor(0, "target"))) })
	}
	torchRules[nn+"mse_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Square(c.Sub(x, y)) })
	torchRules[nn+"l1_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Abs(c.Sub(x, y)) })
	torchRules[nn+"smooth_l1_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		beta := c.num(-1, "beta", 1)
		d := c.Abs(c.Sub(x, y))
		if beta == 0 {
			return d
		}
		return c.Where(c.Less(d, c.Scalar(beta)), c.Scale(c.Square(d), 0.5/beta), c.AddConst(d, -0.5*beta))
	})
	torchRules[nn+"huber_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		delta := c.num(-1, "delta", 1)
		d := c.Abs(c.Sub(x, y))
		return c.Where(c.LessEqual(d, c.Scalar(delta)), c.Scale(c.Square(d), 0.5), c.Scale(c.AddConst(d, -0.5*delta), delta))
	})
	torchRules[nn+"soft_margin_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Softplus(c.Neg(c.Mul(x, y))) })
	torchRules[nn+"hinge_embedding_loss"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		// both parts as torch adds them: a target that is neither 1 nor -1 has both
		far := c.ReLU(c.AddConst(c.Neg(x), c.num(-1, "margin", 1)))
		none := zero(c, x)
		is := func(v float64) *gorgonia.Node { return c.Equal(y, c.Scalar(v)) }
		return c.Add(c.Where(is(1), none, far), c.Where(is(-1), none, x))
	})
	torchRules[nn+"kl_div"] = one1(func(c *call) *gorgonia.Node {
		x, y := c.input, c.tensor(0, "target")
		loss := c.Mul(y, c.Neg(x))
		if c.flag(-1, "log_target", false) {
			loss = c.Mul(c.Exp(y), c.Sub(y, x))
		} else {
			loss = c.Add(loss, c.Xlogy(y, y))
		}
		if c.text(-1, "reduction", "mean") == "batchmean" {
			return c.Scale(c.Sum(loss), 1/float64(c.Shape(x)[0]))
		}
		return c.reduced(loss)
	})
	torchRules[nn+"poisson_nll_loss"] = one1(func(c *call) *gorgonia.Node {
		x, y := c.input, c.tensor(0, "target")
		if c.flag(-1, "full", false) {
			c.unsupported("the Stirling term")
			return nil
		}
		if c.flag(-1, "log_input", true) {
			return c.reduced(c.Sub(c.Exp(x), c.Mul(y, x)))
		}
		return c.reduced(c.Sub(x, c.Mul(y, c.Log(c.AddConst(x, c.num(-1, "eps", 1e-8))))))
	})
	torchRules[nn+"binary_cross_entropy"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		floor := func(x *gorgonia.Node) *gorgonia.Node { return c.Maximum(c.Log(x), c.Scalar(-100)) }
		loss := c.Neg(c.Add(c.Mul(y, floor(x)), c.Mul(c.AddConst(c.Neg(y), 1), floor(c.AddConst(c.Neg(x), 1)))))
		if c.given(1, "weight") {
			loss = c.Mul(loss, c.tensor(1, "weight"))
		}
		return loss
	})
	torchRules[nn+"binary_cross_entropy_with_logits"] = pair(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		positive := c.Mul(y, c.LogSigmoid(x))
		if c.given(-1, "pos_weight") {
			positive = c.Mul(positive, c.tensor(-1, "pos_weight"))
		}
		loss := c.Neg(c.Add(positive, c.Mul(c.AddConst(c.Neg(y), 1), c.LogSigmoid(c.Neg(x)))))
		if c.given(1, "weight") {
			loss = c.Mul(loss, c.tensor(1, "weight"))
		}
		return loss
	})
	torchRules[nn+"margin_ranking_loss"] = one1(func(c *call) *gorgonia.Node {
		d := c.Mul(c.tensor(1, "target"), c.Sub(c.input, c.tensor(0, "input2")))
		return c.reduced(c.ReLU(c.AddConst(c.Neg(d), c.num(-1, "margin", 0))))
	})
	torchRules[nn+"gaussian_nll_loss"] = one1(func(c *call) *gorgonia.Node {
		x, y, v := c.input, c.tensor(0, "target"), c.tensor(1, "var")
		if c.rank(v) == c.rank(x)-1 {
			v = c.Unsqueeze(v, c.rank(v))
		}
		eps := c.num(-1, "eps", 1e-6)
		v = c.Add(v, c.StopGradient(c.ReLU(c.AddConst(c.Neg(v), eps)))) // the floor is no function of v
		loss := c.Scale(c.Add(c.Log(v), c.Div(c.Square(c.Sub(x, y)), v)), 0.5)
		if c.flag(-1, "full", false) {
			loss = c.AddConst(loss, 0.5*math.Log(2*math.Pi))
		}
		return c.reduced(loss)
	})
	torchRules[nn+"triplet_margin_loss"] = one1(func(c *call) *gorgonia.Node {
		eps, p := c.num(-1, "eps", 1e-6), c.num(-1, "p", 2)
		distance := func(x, y *gorgonia.Node) *gorgonia.Node { return c.Norm(c.AddConst(c.Sub(x, y), eps), p, -1) }
		anchor, near, far := c.input, c.tensor(0, "positive"), c.tensor(1, "negative")
		d := distance(anchor, far)
		if c.flag(-1, "swap", false) {
			d = c.Minimum(d, distance(near, far))
		}
		return c.reduced(c.ReLU(c.AddConst(c.Sub(distance(anchor, near), d), c.num(-1, "margin", 1))))
	})
	torchRules[nn+"nll_loss"] = one1(func(c *call) *gorgonia.Node { return likelihood(c, c.input) })
	torchRules[nn+"cross_entropy"] = one1(func(c *call) *gorgonia.Node {
		if v, _ := c.arg(0, "target"); v.tensor == nil || v.tensor.Ints == nil || c.num(-1, "label_smoothing", 0) != 0 {
			c.unsupported("probabilities as targets, or smoothed ones")
			return nil
		}
		return likelihood(c, c.LogSoftmaxAxis(c.input, min(1, c.rank(c.input)-1)))
	})
}

// likelihood is the negative log likelihood of labels: a sum with weights of the
// logarithms of all classes, which are 0 but for the label's.
func likelihood(c *call, logs *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(logs)
	a := min(1, len(s)-1)
	v, _ := c.arg(0, "target")
	labels, classes, inner := v.tensor.Ints, s[a], sizeOf(s[a+1:])
	ignore := c.int(-1, "ignore_index", -100)
	each := zeros(s)
	total := 0.0
	for i, l := range labels {
		if l == ignore {
			continue
		}
		w := 1.0
		if x, ok := c.arg(-1, "weight"); ok && x.tensor != nil {
			w = x.tensor.Floats[l]
		}
		each.Floats[(i/inner*classes+l)*inner+i%inner] = -w
		total += w
	}
	loss := c.Sum(c.Mul(logs, c.Const(each.Floats, s...)), a)
	if c.text(-1, "reduction", "mean") == "mean" {
		return c.Div(c.Sum(loss), c.Scalar(total))
	}
	return c.reduced(loss)
}
