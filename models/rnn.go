package models

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// RNNOptions are the settings of an RNN.
type RNNOptions struct {
	Steps, In     int         // steps of a sequence, and features of a step, each ≥ 1
	Tokens        int         // tokens of the vocabulary; 0: the input has numbers
	Lengths       bool        // sequences have lengths of their own
	Cell          nn.Cell     // the zero value is LSTM
	Hidden        int         // units, ≥ 1
	Layers        int         // recurrent layers on top of each other; 0: 1
	Bidirectional bool        // read the sequence from its end too
	Dropout       float64     // rate between the layers and before the output, in [0, 1)
	EachStep      bool        // an output for each step instead of one for the sequence
	Out           int         // classes of MultiClass, ≥ 2, or outputs of Regression, ≥ 1; 0 or 1 for Binary
	Head          Head        // the zero value is MultiClass
	DType         graph.DType // the zero value is Float64
	Seed          uint64      // of the first weights
}

// RNN reads sequences with recurrent layers. As a classifier it makes its output from the
// hidden state after the last step, or from those of both directions. With EachStep it is
// a tagger: it makes an output from the hidden state of each step.
//
// The input "x" is [N, Steps, In]; a row of Steps·In numbers has the same order. With Tokens it is
// Ints [N, Steps] in [0, Tokens): each token stands for In features, which are learned.
// With Lengths there is the input "lengths": Ints [N] in [0, Steps]. What "x" has behind the
// end of a sequence has no influence.
//
// The output is that of MLP. A tagger's is [N, Steps, Out], with the targets "y": Ints [N,
// Steps] of MultiClass, or [N, Steps, Out]. Its loss is a mean over the steps that count.
// A step behind the end of a sequence does not count, in no metric either, and a trainer takes
// any target there, NaN too. Neither does the label −1 count anywhere. In a program without a
// trainer, labels must be −1 or a class behind the end too, and targets of Binary in [0, 1].
//
// The parameters are "embedding/weight": [Tokens, In], if there are tokens, those of
// nn.Recurrent under "rnn", and "out/weight" and "out/bias".
type RNN struct {
	o RNNOptions
	p *graph.Params
}

// NewRNN returns an RNN with fresh weights. All layers together have at most 32,768 steps, as
// those of nn.Recurrent.
//
// Errors: ErrOption for settings that are out of range.
func NewRNN(o RNNOptions) (*RNN, error) {
	o.Out, o.Layers = outputsOf(o.Head, o.Out), orOne(o.Layers)
	if err := o.check(); err != nil {
		return nil, fail("NewRNN", err)
	}
	return &RNN{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// sequences are what the model reads.
func (o RNNOptions) sequences() sequences { return sequences{o.Steps, o.In, o.Tokens, o.Lengths} }

// check says what is wrong with the settings.
func (o RNNOptions) check() error {
	if err := o.sequences().check(); err != nil {
		return err
	}
	if err := atLeastOne(count{o.Hidden, "hidden units"}, count{o.Layers, "layers"}); err != nil {
		return err
	}
	if _, err := o.Cell.MarshalText(); err != nil {
		return err
	}
	if o.Steps > build.MostSteps/o.Layers {
		return mistake.Optionf("got %d steps in %d layers, want at most %d in all: each has nodes of its own", o.Steps, o.Layers, build.MostSteps)
	}
	return shared{head: o.Head, out: o.Out, dropout: o.Dropout, dtype: o.DType}.check()
}

// Params returns the weights and biases.
func (m *RNN) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples or
// the steps that count, and the output.
func (m *RNN) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	o := m.o
	q := o.sequences()
	x, lengths := q.read(b, n)
	layers := o.layers()
	layers.BatchFirst, layers.Lengths = true, lengths
	each, last := nn.Recurrent(b, "rnn", x, layers)
	if b.Err() != nil {
		return nil, nil
	}
	if o.EachStep {
		return o.Head.finish(b, o.out(b, each), lengths)
	}
	h := last[len(last)-1].H
	if o.Bidirectional {
		h = b.Concat(1, last[len(last)-2].H, h)
	}
	return o.Head.finish(b, o.out(b, h), nil)
}

// layers are the settings of the recurrent layers, which a step shares.
func (o RNNOptions) layers() nn.RecurrentOptions {
	r := nn.RecurrentOptions{Cell: o.Cell, Hidden: o.Hidden, Layers: o.Layers, Bidirectional: o.Bidirectional}
	if o.Layers > 1 {
		r.Dropout = o.Dropout
	}
	return r
}

// out returns the outputs for hidden states h: [..., H].
func (o RNNOptions) out(b *graph.Builder, h *gorgonia.Node) *gorgonia.Node {
	return nn.Linear(b, "out", nn.Dropout(b, h, o.Dropout), nn.LinearOptions{Out: o.Out})
}
