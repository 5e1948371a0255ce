package models

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MLPOptions are the settings of an MLP.
type MLPOptions struct {
	In     int   // features, ≥ 1
	Hidden []int // units of the hidden layers, each ≥ 1; none: a linear model
	Out    int   // classes of MultiClass, ≥ 2, or outputs of Regression, ≥ 1; 0 or 1 for Binary
	Head   Head  // the zero value is MultiClass

	Activation  nn.Activation   // of every hidden layer; the zero value is replaced by ReLU
	Activations []nn.Activation // one for each hidden layer instead, unless empty

	Dropout float64           // rate after each hidden layer, in [0, 1)
	L2      float64           // adds L2/2·Σ‖W‖² over the weights, not the biases, to the loss; ≥ 0
	Init    graph.Initializer // of the weights; nil: Activation.Initializer()
	DType   graph.DType       // the zero value is Float64
	Seed    uint64            // of the first weights
}

// MLP is a multi-layer perceptron: layers act(h·W + b), the last of them without an
// activation.
//
// The input "x" is [N, In]. Layer i has the parameters "dense<i>/weight": [in, out] and
// "dense<i>/bias": [out]. The output is the probabilities of a classifier, [N, Out], or
// [N, 1] for Binary, and the numbers of a regression, [N, Out].
type MLP struct {
	o MLPOptions
	p *graph.Params
}

// NewMLP returns an MLP with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewMLP(o MLPOptions) (*MLP, error) {
	o.Out, o.Activation = outputsOf(o.Head, o.Out), activationOf(o.Activation)
	if err := o.check(); err != nil {
		return nil, fail("NewMLP", err)
	}
	return &MLP{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o MLPOptions) check() error {
	switch {
	case o.In < 1:
		return mistake.Optionf("got %d features, want at least 1", o.In)
	case len(o.Activations) > 0 && len(o.Activations) != len(o.Hidden):
		return mistake.Optionf("got %d activations for %d hidden layers, want one for each", len(o.Activations), len(o.Hidden))
	}
	return shared{o.Head, o.Out, o.Hidden, append(slices.Clone(o.Activations), o.Activation), o.Dropout, o.L2, o.DType}.check()
}

// Params returns the weights and biases.
func (m *MLP) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples,
// and the output.
func (m *MLP) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	act := slices.Repeat([]nn.Activation{m.o.Activation}, len(m.o.Hidden))
	if len(m.o.Activations) > 0 {
		act = m.o.Activations
	}
	d := dense{m.o.Hidden, act, m.o.Out, m.o.Dropout, m.o.Init}
	out, weights := d.build(b, b.Input("x", n, m.o.In))
	l, output = m.o.Head.finish(b, out, nil)
	return penalized(b, l, m.o.L2, weights...), output
}

// dense are the layers of a perceptron: hidden ones with activations and dropout, and
// one of out outputs.
type dense struct {
	hidden  []int
	act     []nn.Activation
	out     int
	dropout float64
	init    graph.Initializer
}

// build returns the outputs for h: [N, In] and the weights of all layers.
func (d dense) build(b *graph.Builder, h *gorgonia.Node) (out *gorgonia.Node, weights []*gorgonia.Node) {
	layer := func(i int, x *gorgonia.Node, units int, act nn.Activation) *gorgonia.Node {
		before := len(b.ParamNodes())
		y := nn.Linear(b, fmt.Sprintf("dense%d", i), x, nn.LinearOptions{Out: units, Weight: initializerOf(d.init, act)})
		if all := b.ParamNodes(); len(all) > before {
			weights = append(weights, all[before]) // the layer's weight comes before its bias
		}
		return nn.Activate(b, act, y)
	}
	for i, units := range d.hidden {
		h = nn.Dropout(b, layer(i, h, units, d.act[i]), d.dropout)
	}
	return layer(len(d.hidden), h, d.out, nn.Identity), weights
}
