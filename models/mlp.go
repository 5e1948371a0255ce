package models

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// Perceptron are the settings of an MLP.
type Perceptron struct {
	In     int   // features, ≥ 1
	Hidden []int // units of the hidden layers, each ≥ 1; none: a linear model
	Out    int   // classes of MultiClass (≥ 2), outputs of Regression; 0 or 1 for Binary
	Head   Head

	// Activation is that of every hidden layer; the zero value is replaced by
	// ReLU. Activations, if not empty, has one for each hidden layer instead.
	Activation  nn.Activation
	Activations []nn.Activation

	Dropout float64           // rate after each hidden layer, in [0, 1)
	L2      float64           // adds L2/2·Σ‖W‖² over the weights, not the biases, to the loss; ≥ 0
	Init    graph.Initializer // of the weights; nil: what suits the activation
	DType   graph.DType       // default Float64
	Seed    uint64            // of the first weights
}

// MLP is a multi-layer perceptron: layers act(h·W + b), the last of them
// without an activation. The input "x" is [N, In]; the parameters of layer i are
// "dense<i>/weight": [in, out] and "dense<i>/bias": [out]. The output is the
// probabilities of a classifier ([N, Out], or [N, 1] of Binary) and the numbers
// of a regression ([N, Out]); the loss is a mean over the batch.
type MLP struct {
	c Perceptron
	p *graph.Params
}

// NewMLP is an MLP with fresh weights.
func NewMLP(c Perceptron) (*MLP, error) {
	if err := c.settle(); err != nil {
		return nil, errors.Wrap(err, "models: MLP")
	}
	return &MLP{c, graph.NewParams(c.DType, c.Seed)}, nil
}

// settle fills the defaults in and says what is wrong.
func (c *Perceptron) settle() error {
	if c.Head == Binary && c.Out == 0 {
		c.Out = 1
	}
	if c.Activation == nn.Identity {
		c.Activation = nn.ReLU
	}
	switch {
	case c.In < 1:
		return errors.Wrapf(graph.ErrOption, "got %d features, want at least 1", c.In)
	case c.Head > Regression:
		return errors.Wrapf(graph.ErrOption, "got the head %d, want MultiClass, Binary or Regression", c.Head)
	case c.Head == MultiClass && c.Out < 2:
		return errors.Wrapf(graph.ErrOption, "got %d classes, want at least 2", c.Out)
	case c.Head == Binary && c.Out != 1:
		return errors.Wrapf(graph.ErrOption, "got %d outputs of a binary classifier, want 1", c.Out)
	case c.Out < 1:
		return errors.Wrapf(graph.ErrOption, "got %d outputs, want at least 1", c.Out)
	case len(c.Activations) > 0 && len(c.Activations) != len(c.Hidden):
		return errors.Wrapf(graph.ErrOption, "got %d activations for %d hidden layers, want one for each", len(c.Activations), len(c.Hidden))
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return errors.Wrapf(graph.ErrOption, "got the dropout rate %v, want it in [0, 1)", c.Dropout)
	case !(c.L2 >= 0) || math.IsInf(c.L2, 0):
		return errors.Wrapf(graph.ErrOption, "got the penalty %v, want a finite number of at least 0", c.L2)
	case c.Activation.String() == "unknown" || c.DType > graph.Float32:
		return errors.Wrapf(graph.ErrOption, "got the activation %d and the type %d, want one of graph's", c.Activation, c.DType)
	}
	for i, a := range c.Activations {
		if a.String() == "unknown" {
			return errors.Wrapf(graph.ErrOption, "got the activation %d of hidden layer %d, want one of graph's", a, i)
		}
	}
	for i, h := range c.Hidden {
		if h < 1 {
			return errors.Wrapf(graph.ErrOption, "got %d units in hidden layer %d, want at least 1", h, i)
		}
	}
	return nil
}

// Params are the weights and biases.
func (m *MLP) Params() *graph.Params { return m.p }

// Loss builds the loss of n examples.
func (m *MLP) Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node) {
	var weights []*gorgonia.Node
	layer := func(i int, x *gorgonia.Node, out int, act nn.Activation) *gorgonia.Node {
		init := m.c.Init
		if init == nil {
			init = act.Initializer()
		}
		seen := len(b.ParamNodes())
		y := nn.Linear(b, fmt.Sprintf("dense%d", i), x, nn.LinearOptions{Out: out, Weight: init})
		if added := b.ParamNodes(); len(added) > seen {
			weights = append(weights, added[seen])
		}
		return nn.Activate(b, act, y)
	}
	h := b.Input("x", n, m.c.In)
	for i, units := range m.c.Hidden {
		act := m.c.Activation
		if len(m.c.Activations) > 0 {
			act = m.c.Activations[i]
		}
		h = nn.Dropout(b, layer(i, h, units, act), m.c.Dropout)
	}
	out := layer(len(m.c.Hidden), h, m.c.Out, nn.Identity)
	loss, output = finish(b, m.c.Head, out, n, m.c.Out)
	return penalized(b, loss, m.c.L2, weights...), output
}
