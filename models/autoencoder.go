package models

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// AutoencoderOptions are the settings of an Autoencoder.
type AutoencoderOptions struct {
	In         int           // features, ≥ 1
	Hidden     []int         // units of the encoder's hidden layers, each ≥ 1; the decoder has them in reverse
	Code       int           // numbers of a code, ≥ 1
	Binary     bool          // the features are in [0, 1], as pixels: the loss is a cross-entropy
	Activation nn.Activation // of the hidden layers; the zero value is replaced by ReLU
	Dropout    float64       // rate after each hidden layer, in [0, 1)
	DType      graph.DType   // the zero value is Float64
	Seed       uint64        // of the first weights
}

// Autoencoder is two perceptrons: the encoder makes a short code of an example, from which
// the decoder makes the example again (Hinton and Salakhutdinov 2006). No targets are
// needed.
//
// The input "x" is [N, In]. The loss is the mean over examples and features of the squared
// error, or of the binary cross-entropy with Binary. The output is what the decoder makes:
// [N, In]. The parameters are those of MLP under "encoder" and "decoder".
type Autoencoder struct {
	o AutoencoderOptions
	p *graph.Params
}

// NewAutoencoder returns an Autoencoder with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewAutoencoder(o AutoencoderOptions) (*Autoencoder, error) {
	o.Activation = activationOf(o.Activation)
	if err := o.check(); err != nil {
		return nil, fail("NewAutoencoder", err)
	}
	return &Autoencoder{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o AutoencoderOptions) check() error {
	if err := atLeastOne(count{o.In, "features"}, count{o.Code, "numbers of a code"}); err != nil {
		return err
	}
	return shared{Regression, o.In, o.Hidden, []nn.Activation{o.Activation}, o.Dropout, 0, o.DType}.check()
}

// Params returns the weights and biases.
func (m *Autoencoder) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples and
// features, and the output.
func (m *Autoencoder) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, m.o.In)
	y := m.o.decoded(b, m.Encode(b, x))
	if m.o.Binary {
		l = loss.BCEWithLogits(b, y, x)
	} else {
		l = loss.MSE(b, y, x)
	}
	return l, m.o.features(b, y)
}

// Encode returns the codes of examples x: [N, In]; result: [N, Code].
func (m *Autoencoder) Encode(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	return m.o.encoded(b, x, m.o.Code)
}

// Decode returns the examples that codes stand for: [N, Code]; result: [N, In].
func (m *Autoencoder) Decode(b *graph.Builder, code *gorgonia.Node) *gorgonia.Node {
	return m.o.features(b, m.o.decoded(b, code))
}

// encoded returns out numbers for each example.
func (o AutoencoderOptions) encoded(b *graph.Builder, x *gorgonia.Node, out int) *gorgonia.Node {
	return o.perceptron(b, "encoder", x, o.Hidden, out)
}

// decoded returns the features that codes stand for, as logits if they are binary.
func (o AutoencoderOptions) decoded(b *graph.Builder, code *gorgonia.Node) *gorgonia.Node {
	hidden := slices.Clone(o.Hidden)
	slices.Reverse(hidden)
	return o.perceptron(b, "decoder", code, hidden, o.In)
}

// features returns the features for what decoded returns.
func (o AutoencoderOptions) features(b *graph.Builder, y *gorgonia.Node) *gorgonia.Node {
	if o.Binary {
		return b.Sigmoid(y)
	}
	return y
}

// perceptron returns what the layers in the scope of the name make of x.
func (o AutoencoderOptions) perceptron(b *graph.Builder, name string, x *gorgonia.Node, hidden []int, out int) (y *gorgonia.Node) {
	d := dense{hidden, slices.Repeat([]nn.Activation{o.Activation}, len(hidden)), out, o.Dropout, nil}
	b.Scope(name, func() { y, _ = d.build(b, x) })
	return y
}
