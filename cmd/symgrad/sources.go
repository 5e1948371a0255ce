package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// model is what a model of the package models is.
type model interface {
	Params() *graph.Params
	Loss(b *graph.Builder, n int) (l, output *gorgonia.Node)
}

// source is a model that can be shown.
type source struct {
	name, is string
	make     func(d graph.DType) (model, error)
}

// sources lists the example models.
var sources = []source{
	{"linear", "linear regression of 8 features", func(d graph.DType) (model, error) {
		return models.NewLinReg(models.LinRegOptions{In: 8, DType: d})
	}},
	{"mlp", "perceptron for images of 28 by 28 and 10 classes, 128 hidden units", func(d graph.DType) (model, error) {
		return models.NewMLP(models.MLPOptions{In: 784, Hidden: []int{128}, Out: 10, DType: d})
	}},
	{"cnn", "LeNet-5: two convolutions for images of 28 by 28 and 10 classes", func(d graph.DType) (model, error) {
		c := models.LeNet5()
		c.DType = d
		return models.NewCNN(c)
	}},
	{"rnn", "LSTM of 16 units over 5 steps of 4 features, 3 classes", func(d graph.DType) (model, error) {
		return models.NewRNN(models.RNNOptions{Steps: 5, In: 4, Hidden: 16, Out: 3, DType: d})
	}},
}

// sourceList describes them, one in a line.
func sourceList() string {
	var b strings.Builder
	for _, m := range sources {
		fmt.Fprintf(&b, "  %-8s %s\n", m.name, m.is)
	}
	return b.String()
}

// parse builds the graph of a formula. The names of settings.inputs are inputs of one
// number for each example, all others are parameters of one number. Its gradient is that
// of the mean of its squares.
func (s settings) parse(text string) (*program, error) {
	b := graph.New(graph.NewParams(s.dtype, 0))
	inputs := strings.Split(s.inputs, ",")
	nodes := map[string]*gorgonia.Node{}
	y, err := formula.Parse(b, text, func(name string) *gorgonia.Node {
		if nodes[name] != nil || name == "pi" {
			return nodes[name]
		}
		if slices.Contains(inputs, name) {
			nodes[name] = b.Input(name, s.batch)
		} else {
			nodes[name] = b.Param(name, graph.Ones())
		}
		return nodes[name]
	})
	if err != nil {
		return nil, err
	}
	if s.forward {
		return s.finish(b, nil, y)
	}
	loss := b.Mean(b.Square(y))
	return s.finish(b, loss, loss, y)
}
