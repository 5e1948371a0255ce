package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// models build a loss from parameters and data, by the words of the formula.
var models = []struct {
	when *regexp.Regexp
	then func(b *bench, m []string) *gorgonia.Node
}{
	{regexp.MustCompile(`(?i)^(?:([a-z]+) )?(?:MLP|autoencoder) ([0-9]+(?:-[0-9]+)+), (CE|MSE|BCE)`), perceptron},
	{regexp.MustCompile(`(?i)^(linear|logistic|softmax) regression`), linearModel},
	{regexp.MustCompile(`(?i)^embedding, (tanh|relu) RNN, .*CE averaged over time`), characters},
}

// lossOf is the loss of the model that a formula names, or nil.
func lossOf(formula string) func(b *bench) *gorgonia.Node {
	for _, k := range models {
		if m := k.when.FindStringSubmatch(formula); m != nil {
			return func(b *bench) *gorgonia.Node { return k.then(b, m) }
		}
	}
	return nil
}

// compared is the loss of a prediction and the targets of the case: labels, or
// numbers like the prediction.
func compared(b *bench, y *gorgonia.Node, loss string) *gorgonia.Node {
	target := b.optional("y", "Y", "t")
	if target == nil && strings.EqualFold(loss, "MSE") {
		target = b.at("X") // an autoencoder
	}
	if s, t := b.Shape(y), b.Shape(target); len(s) == len(t)+1 && s[len(s)-1] == 1 {
		y = b.Squeeze(y, -1)
	}
	switch strings.ToUpper(loss) {
	case "MSE":
		return b.MSE(y, target)
	case "BCE":
		return b.BCEWithLogits(y, target)
	}
	return b.SoftmaxCrossEntropy(y, target)
}

// perceptron has the layers W1, b1, W2, b2, ... with an activation between them.
func perceptron(b *bench, m []string) *gorgonia.Node {
	activation := functionOf(strings.ToLower(m[1]))
	if activation == nil {
		activation = functionOf("relu")
	}
	h := b.at("X")
	last := strings.Count(m[2], "-")
	for i := 1; i <= last; i++ {
		h = b.Add(b.MatMul(h, b.at(fmt.Sprint("W", i))), b.at(fmt.Sprint("b", i)))
		if i < last {
			h = callOf(b, []value{{node: h}}, keywords{}).run(activation)[0]
		}
	}
	return compared(b, h, m[3])
}

// linearModel is X·W + b with the loss that its name says.
func linearModel(b *bench, m []string) *gorgonia.Node {
	y := b.MatMul(b.at("X"), b.optional("W", "w"))
	if bias := b.optional("b"); bias != nil {
		y = b.Add(y, bias)
	}
	return compared(b, y, map[string]string{"linear": "MSE", "logistic": "BCE", "softmax": "CE"}[strings.ToLower(m[1])])
}

// characters is a recurrent network over embedded letters, time first.
func characters(b *bench, m []string) *gorgonia.Node {
	x := b.Take(b.at("E"), b.at("X")) // [T, N, features]
	s := b.Shape(x)
	if s == nil {
		return nil
	}
	activation := b.Tanh
	if strings.EqualFold(m[1], "relu") {
		activation = b.ReLU
	}
	h := b.Broadcast(b.Scalar(0), s[1], b.Shape(b.at("bh"))[0])
	var outs []*gorgonia.Node
	for t := range s[0] {
		xt := b.Squeeze(b.Slice(x, graph.Range(t, t+1)), 0)
		h = activation(b.Add(b.Add(b.MatMul(xt, b.at("Wx")), b.MatMul(h, b.at("Wh"))), b.at("bh")))
		outs = append(outs, b.Add(b.MatMul(h, b.at("Wo")), b.at("bo")))
	}
	return b.SoftmaxCrossEntropy(b.Stack(0, outs...), b.at("Y"))
}
