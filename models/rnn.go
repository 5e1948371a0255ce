package models

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// Recurrence are the settings of an RNN.
type Recurrence struct {
	Steps, In     int     // of a sequence, and features of a step
	Cell          nn.Cell // default LSTM
	Hidden        int     // units, ≥ 1
	Layers        int     // default 1
	Bidirectional bool
	Out           int // as for Perceptron
	Head          Head
	DType         graph.DType // default Float64
	Seed          uint64      // of the first weights
}

// RNN reads sequences with recurrent layers and answers from the last step
// (bidirectional: from the last step of both directions). The input "x" is [N,
// Steps·In], each sequence row-major as [Steps, In]. The parameters are those of
// graph.Recurrent under "rnn", and "out/weight" and "out/bias". Loss and output
// are those of MLP.
type RNN struct {
	c Recurrence
	p *graph.Params
}

// mostCells is the number of steps in all layers that a graph has room for.
const mostCells = 1 << 17

// NewRNN is an RNN with fresh weights.
func NewRNN(c Recurrence) (*RNN, error) {
	if c.Layers == 0 {
		c.Layers = 1
	}
	if c.Steps < 1 || c.In < 1 || c.Hidden < 1 || c.Layers < 1 || c.Cell > nn.ReLURNN {
		return nil, errors.Wrapf(graph.ErrOption, "models: RNN: got %d steps of %d features, %d hidden units, %d layers and the cell %d, want at least one of each and one of the cells", c.Steps, c.In, c.Hidden, c.Layers, c.Cell)
	}
	if c.Steps > mostCells/c.Layers {
		return nil, errors.Wrapf(graph.ErrOption, "models: RNN: got %d steps in %d layers, want at most %d in all: each is built apart", c.Steps, c.Layers, mostCells)
	}
	head := Perceptron{In: 1, Out: c.Out, Head: c.Head, DType: c.DType}
	if err := head.settle(); err != nil {
		return nil, errors.Wrap(err, "models: RNN")
	}
	c.Out = head.Out
	return &RNN{c, graph.NewParams(c.DType, c.Seed)}, nil
}

// Params are the weights and biases.
func (m *RNN) Params() *graph.Params { return m.p }

// Loss builds the loss of n examples.
func (m *RNN) Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node) {
	x := b.Transpose(b.Reshape(b.Input("x", n, m.c.Steps*m.c.In), n, m.c.Steps, m.c.In), 1, 0, 2)
	_, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: m.c.Cell, Hidden: m.c.Hidden, Layers: m.c.Layers, Bidirectional: m.c.Bidirectional})
	if b.Err() != nil {
		return nil, nil
	}
	h := last[len(last)-1].H
	if m.c.Bidirectional {
		h = b.Concat(1, last[len(last)-2].H, h)
	}
	return finish(b, m.c.Head, nn.Linear(b, "out", h, nn.LinearOptions{Out: m.c.Out}), n, m.c.Out)
}
