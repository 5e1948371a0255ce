package models

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// TransformerOptions are the settings of a Transformer.
type TransformerOptions struct {
	Steps    int         // of a sequence, ≥ 1
	In       int         // features of a step, ≥ 1; 0 with Tokens
	Tokens   int         // tokens of the vocabulary; 0: the input has numbers
	Lengths  bool        // sequences have lengths of their own
	Features int         // of each position within the model, ≥ 1
	Heads    int         // of attention, a divisor of Features; 0: 1
	Hidden   int         // units of the feed-forward parts; 0: 4·Features
	Layers   int         // blocks on top of each other; 0: 1
	Dropout  float64     // rate, in [0, 1)
	Out      int         // classes of MultiClass, ≥ 2, or outputs of Regression, ≥ 1; 0 or 1 for Binary
	Head     Head        // the zero value is MultiClass
	DType    graph.DType // the zero value is Float64
	Seed     uint64      // of the first weights
}

// Transformer reads sequences with blocks of a Transformer's encoder (Vaswani et al.
// 2017), whose norms stand before their parts (Xiong et al. 2020). A linear layer makes its
// output from the mean over the steps that count.
//
// Inputs are those of RNN; with Tokens each stands for Features numbers, which are learned.
// So is what is added for each position. The output is that of MLP.
//
// The parameters are "embedding/weight": [Tokens, Features], or "in/weight" and "in/bias"
// without tokens, "positions/weight": [Steps, Features], those of
// nn.TransformerEncoderBlock under "block<i>", those of nn.LayerNorm under "norm", and
// "out/weight" and "out/bias".
type Transformer struct {
	o TransformerOptions
	p *graph.Params
}

// NewTransformer returns a Transformer with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewTransformer(o TransformerOptions) (*Transformer, error) {
	o.Out = outputsOf(o.Head, o.Out)
	o.Heads, o.Layers = orOne(o.Heads), orOne(o.Layers)
	if err := o.check(); err != nil {
		return nil, fail("NewTransformer", err)
	}
	return &Transformer{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o TransformerOptions) check() error {
	q := o.sequences()
	if o.Tokens > 0 && o.In != 0 {
		return mistake.Optionf("got %d tokens and %d features of a step, want one of them", o.Tokens, o.In)
	}
	if err := q.check(); err != nil {
		return err
	}
	if err := o.stack().check(); err != nil {
		return err
	}
	return shared{head: o.Head, out: o.Out, dropout: o.Dropout, dtype: o.DType}.check()
}

// sequences are what the model reads.
func (o TransformerOptions) sequences() sequences {
	if o.Tokens > 0 {
		return sequences{o.Steps, o.Features, o.Tokens, o.Lengths}
	}
	return sequences{o.Steps, o.In, 0, o.Lengths}
}

// stack are the blocks.
func (o TransformerOptions) stack() stack {
	return stack{o.Features, o.Heads, o.Hidden, o.Layers, o.Dropout}
}

// Params returns the weights and biases.
func (m *Transformer) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples, and
// the output.
func (m *Transformer) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	o := m.o
	q := o.sequences()
	x, lengths := q.read(b, n)
	mask := q.mask(b, lengths)
	if o.Tokens == 0 {
		x = nn.Linear(b, "in", counted(b, x, mask), nn.LinearOptions{Out: o.Features})
	}
	x = b.Add(x, nn.LearnedPositions(b, "positions", o.Steps, o.Features))
	h := o.stack().build(b, x, func(name string, x *gorgonia.Node, t nn.TransformerOptions) *gorgonia.Node {
		t.Lengths = lengths
		return nn.TransformerEncoderBlock(b, name, x, t)
	})
	h = meanOfSteps(b, h, mask)
	return o.Head.finish(b, nn.Linear(b, "out", h, nn.LinearOptions{Out: o.Out}), nil)
}

// meanOfSteps returns the mean of h: [N, T, D] over the steps for which the mask: [N, T] is
// 1: [N, D]. It is 0 if there are none. Nil is no mask.
func meanOfSteps(b *graph.Builder, h, mask *gorgonia.Node) *gorgonia.Node {
	if mask == nil {
		return b.Mean(h, 1)
	}
	sum := b.Sum(counted(b, h, mask), 1)
	return b.Div(sum, b.Maximum(b.Unsqueeze(b.Sum(mask, 1), 1), b.Scalar(1)))
}

// counted returns x: [N, T, D] with zeros for the steps for which the mask: [N, T] is 0.
// Nil is no mask.
func counted(b *graph.Builder, x, mask *gorgonia.Node) *gorgonia.Node {
	if mask == nil {
		return x
	}
	return b.Where(b.Unsqueeze(mask, 2), x, b.Scalar(0))
}

// stack are the blocks of a Transformer's encoder on top of each other, and a norm.
type stack struct {
	features, heads, hidden, layers int
	dropout                         float64
}

// check says what is wrong with the settings.
func (s stack) check() error {
	if err := atLeastOne(count{s.features, "features"}, count{s.heads, "heads"}, count{s.layers, "blocks"}); err != nil {
		return err
	}
	switch {
	case s.features%s.heads != 0:
		return mistake.Optionf("got %d heads for %d features, want a divisor", s.heads, s.features)
	case s.hidden < 0:
		return mistake.Optionf("got %d hidden units, want at least 0", s.hidden)
	}
	return nil
}

// build returns what the blocks make of x: [N, T, Features]; block makes each of them.
func (s stack) build(b *graph.Builder, x *gorgonia.Node, block func(name string, x *gorgonia.Node, t nn.TransformerOptions) *gorgonia.Node) *gorgonia.Node {
	t := nn.TransformerOptions{Heads: s.heads, Hidden: s.hidden, Dropout: s.dropout, NormFirst: true, Activation: nn.GELU}
	for i := range s.layers {
		if b.Err() != nil { // the number of layers may come from a file
			return nil
		}
		x = block(fmt.Sprintf("block%d", i), x, t)
	}
	return nn.LayerNorm(b, "norm", x, nn.NormOptions{})
}
