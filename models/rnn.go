package models

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// RNNOptions are the settings of an RNN.
type RNNOptions struct {
	Steps, In     int         // steps of a sequence, and features of a step, each ≥ 1
	Cell          nn.Cell     // the zero value is LSTM
	Hidden        int         // units, ≥ 1
	Layers        int         // recurrent layers on top of each other; 0: 1
	Bidirectional bool        // read the sequence from its end too
	Out           int         // classes of MultiClass, ≥ 2, or outputs of Regression, ≥ 1; 0 or 1 for Binary
	Head          Head        // the zero value is MultiClass
	DType         graph.DType // the zero value is Float64
	Seed          uint64      // of the first weights
}

// RNN reads sequences with recurrent layers. A linear layer makes its output from the
// hidden state after the last step, or from those of both directions.
//
// The input "x" is [N, Steps·In], each sequence row-major as [Steps, In]. The parameters
// are those of nn.Recurrent under "rnn", and "out/weight" and "out/bias". The output is
// that of MLP.
type RNN struct {
	o RNNOptions
	p *graph.Params
}

// mostCells is the number of steps in all layers that a graph has room for.
const mostCells = 1 << 17

// NewRNN returns an RNN with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewRNN(o RNNOptions) (*RNN, error) {
	o.Out = outputsOf(o.Head, o.Out)
	if o.Layers == 0 {
		o.Layers = 1
	}
	if err := o.check(); err != nil {
		return nil, fail("NewRNN", err)
	}
	return &RNN{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o RNNOptions) check() error {
	for _, v := range []struct {
		n    int
		what string
	}{{o.Steps, "steps"}, {o.In, "features of a step"}, {o.Hidden, "hidden units"}, {o.Layers, "layers"}} {
		if v.n < 1 {
			return mistake.Optionf("got %d %s, want at least 1", v.n, v.what)
		}
	}
	if _, err := o.Cell.MarshalText(); err != nil {
		return err
	}
	if o.Steps > mostCells/o.Layers {
		return mistake.Optionf("got %d steps in %d layers, want at most %d in all: each has nodes of its own", o.Steps, o.Layers, mostCells)
	}
	return shared{head: o.Head, out: o.Out, dtype: o.DType}.check()
}

// Params returns the weights and biases.
func (m *RNN) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples,
// and the output.
func (m *RNN) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	o := m.o
	x := b.Transpose(b.Reshape(b.Input("x", n, o.Steps*o.In), n, o.Steps, o.In), 1, 0, 2)
	_, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: o.Cell, Hidden: o.Hidden, Layers: o.Layers, Bidirectional: o.Bidirectional})
	if b.Err() != nil {
		return nil, nil
	}
	h := last[len(last)-1].H
	if o.Bidirectional {
		h = b.Concat(1, last[len(last)-2].H, h)
	}
	return o.Head.finish(b, nn.Linear(b, "out", h, nn.LinearOptions{Out: o.Out}), n, o.Out)
}
