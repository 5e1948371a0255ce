package models

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// LanguageModelOptions are the settings of a LanguageModel.
type LanguageModelOptions struct {
	Vocabulary int         // tokens, ≥ 2
	Steps      int         // tokens of a text that the model reads, ≥ 1
	Features   int         // of each position within the model, ≥ 1
	Heads      int         // of attention, a divisor of Features; 0: 1
	Hidden     int         // units of the feed-forward parts; 0: 4·Features
	Layers     int         // blocks on top of each other; 0: 1
	Dropout    float64     // rate, in [0, 1)
	DType      graph.DType // the zero value is Float64
	Seed       uint64      // of the first weights
}

// LanguageModel is a Transformer that says which token comes next: each position sees
// those before it (Radford et al. 2018). Sample lets it write.
//
// The input "x" is Ints [N, Steps], and so are the targets "y", the tokens that follow. The
// label −1 does not count. The loss is the mean cross-entropy of a token. The output is the
// probabilities: [N, Steps, Vocabulary]. The parameters are those of a Transformer with
// tokens.
type LanguageModel struct {
	o LanguageModelOptions
	p *graph.Params
}

// NewLanguageModel returns a LanguageModel with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewLanguageModel(o LanguageModelOptions) (*LanguageModel, error) {
	o.Heads, o.Layers = orOne(o.Heads), orOne(o.Layers)
	if err := o.check(); err != nil {
		return nil, fail("NewLanguageModel", err)
	}
	return &LanguageModel{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// check says what is wrong with the settings.
func (o LanguageModelOptions) check() error {
	if err := atLeastOne(count{o.Steps, "steps"}); err != nil {
		return err
	}
	if err := o.stack().check(); err != nil {
		return err
	}
	return shared{out: o.Vocabulary, dropout: o.Dropout, dtype: o.DType}.check()
}

// stack are the blocks.
func (o LanguageModelOptions) stack() stack {
	return stack{o.Features, o.Heads, o.Hidden, o.Layers, o.Dropout}
}

// Params returns the weights and biases.
func (m *LanguageModel) Params() *graph.Params { return m.p }

// Loss builds the graph for n texts. It returns the loss, a mean over the tokens that
// count, and the output.
func (m *LanguageModel) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := embedded(b, b.Ints("x", n, m.o.Steps), m.o.Vocabulary, m.o.Features)
	x = b.Add(x, m.positions(b))
	h := m.o.stack().build(b, x, func(name string, x *gorgonia.Node, t nn.TransformerOptions) *gorgonia.Node {
		t.Causal = true
		return nn.TransformerEncoderBlock(b, name, x, t)
	})
	return MultiClass.finish(b, m.logits(b, h), nil)
}

// positions returns what is added for each position.
func (m *LanguageModel) positions(b *graph.Builder) *gorgonia.Node {
	return nn.LearnedPositions(b, "positions", m.o.Steps, m.o.Features)
}

// logits returns those of the next token after h: [..., Features].
func (m *LanguageModel) logits(b *graph.Builder, h *gorgonia.Node) *gorgonia.Node {
	return nn.Linear(b, "out", h, nn.LinearOptions{Out: m.o.Vocabulary})
}

// Sample returns the tokens that the model writes after a prompt. The same weights and
// options give the same tokens. Each is drawn by the seed and its position in the text.
// Keys and values of the positions before are computed once.
//
// Errors: ErrOption for options that are out of range and for a prompt and Length of more
// than Steps + 1 together, ErrNotFinite for weights that make no probabilities.
func (m *LanguageModel) Sample(o SampleOptions) ([]int, error) {
	err := o.check(m.o.Vocabulary)
	if err == nil && len(o.Prompt)-1 > m.o.Steps-o.Length {
		err = mistake.Optionf("got %d tokens in the prompt and %d to draw, want at most %d together: the model reads its Steps, and draws one more", len(o.Prompt), o.Length, m.o.Steps+1)
	}
	var text []int
	if err == nil {
		text, err = sample(m.p, o, m.step)
	}
	if err != nil {
		return nil, fail("LanguageModel.Sample", err)
	}
	return text, nil
}

// step builds one step, which remembers the keys and values of each block.
func (m *LanguageModel) step(b *graph.Builder, token, position *gorgonia.Node, past *memory) *gorgonia.Node {
	o := m.o
	x := embedded(b, b.Reshape(token, 1, 1), o.Vocabulary, o.Features)
	x = b.Add(x, b.Take(m.positions(b), position))
	h := o.stack().build(b, x, func(name string, x *gorgonia.Node, t nn.TransformerOptions) *gorgonia.Node {
		t.Causal = true
		shape := []int{1, o.Heads, o.Steps, o.Features / o.Heads}
		cache := nn.KeyValueCache{Keys: past.input(b, shape...), Values: past.input(b, shape...), Position: position}
		y, next := nn.TransformerEncoderStep(b, name, x, cache, t)
		past.after = append(past.after, next.Keys, next.Values)
		return y
	})
	return m.logits(b, b.Reshape(h, 1, o.Features))
}
