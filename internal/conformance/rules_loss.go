package main

import "gorgonia.org/gorgonia"

func init() {
	add(formulas, map[string]rule{
		"bce_with_logits mean, soft targets": binary((*bench).bceMean),
		"bce_with_logits none, soft targets": binary((*bench).bceEach),
		"bce_with_logits":                    binary((*bench).bceEach), // at its extremes
		"bce on probabilities":               binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.BCE(x, y) }),
		"mse mean":                           binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.MSE(x, y) }),
		"mse sum":                            binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Sum(b.Square(b.Sub(x, y))) }),
		"mae mean":                           binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.MAE(x, y) }),
		"huber delta 0.7":                    binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Huber(x, y, 0.7) }),
		"smooth_l1 beta 1":                   binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.SmoothL1(x, y, 1) }),
		"mean max(0,1-xy)":                   binary(func(b *bench, x, y *gorgonia.Node) *gorgonia.Node { return b.Hinge(x, y) }),
		"multi-class hinge margin 1":         unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.MultiHinge(x, b.at("y")) }),
		"nll(log_softmax(x),y)":              unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.NLL(b.LogSoftmax(x), b.at("y")) }),
		"cross_entropy(logits, class index), sum": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Sum(b.SoftmaxCrossEntropyEach(x, b.at("y")))
		}),
		"cross_entropy(logits, class index), mean": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.SoftmaxCrossEntropy(x, b.at("y"))
		}),
		"class weights: weighted mean divides by the sum of weights": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.SoftmaxCrossEntropyWeighted(x, b.at("y"), b.at("w"))
		}),
		"ignore_index -100: mean over the kept rows": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.SoftmaxCrossEntropyIgnoring(x, b.at("y"), -100)
		}),
		"softmax axis 0":      softmax(0),
		"softmax axis 1":      softmax(1),
		"softmax axis -1":     softmax(-1),
		"log_softmax axis 0":  logSoftmax(0),
		"log_softmax axis 1":  logSoftmax(1),
		"log_softmax axis -1": logSoftmax(-1),
		"softmax(x/T)":        one(func(b *bench) *gorgonia.Node { return b.Softmax(b.Div(b.at("x"), b.at("T"))) }),
		"overflow to Inf: loss must be reported as Inf, not crash": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			return b.Mean(b.Square(x))
		}),
	})
}

func (b *bench) bceMean(x, y *gorgonia.Node) *gorgonia.Node { return b.BCEWithLogits(x, y) }

func (b *bench) bceEach(x, y *gorgonia.Node) *gorgonia.Node { return b.BCEWithLogitsEach(x, y) }

func softmax(axis int) rule {
	return unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.SoftmaxAxis(x, axis) })
}

func logSoftmax(axis int) rule {
	return unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.LogSoftmaxAxis(x, axis) })
}
