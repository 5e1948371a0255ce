package models

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// CharModelOptions are the settings of a CharModel.
type CharModelOptions struct {
	Vocabulary int         // characters, ≥ 2
	Steps      int         // characters of a training sequence, ≥ 1
	Features   int         // learned numbers for each character; 0: 16
	Cell       nn.Cell     // the zero value is LSTM
	Hidden     int         // units, ≥ 1
	Layers     int         // recurrent layers on top of each other; 0: 1
	Dropout    float64     // rate between the layers and before the output, in [0, 1)
	DType      graph.DType // the zero value is Float64
	Seed       uint64      // of the first weights
}

// CharModel is a recurrent network that reads a text character by character and says
// which one comes next. Sample lets it write.
//
// The input "x" is Ints [N, Steps], and so are the targets "y", the characters that follow.
// The label −1 does not count. The loss is the mean cross-entropy of a character. The
// output is the probabilities: [N, Steps, Vocabulary]. The parameters are those of an RNN
// with tokens.
type CharModel struct{ rnn RNN }

// NewCharModel returns a CharModel with fresh weights. Its layers have at most as many steps
// as those of an RNN.
//
// Errors: ErrOption for settings that are out of range.
func NewCharModel(o CharModelOptions) (*CharModel, error) {
	if o.Features == 0 {
		o.Features = 16
	}
	r := RNNOptions{Steps: o.Steps, In: o.Features, Tokens: o.Vocabulary, Cell: o.Cell, Hidden: o.Hidden, Layers: orOne(o.Layers), Dropout: o.Dropout,
		EachStep: true, Out: o.Vocabulary, DType: o.DType, Seed: o.Seed}
	err := r.check()
	if o.Vocabulary < 2 {
		err = mistake.Optionf("got a vocabulary of %d, want at least 2 characters", o.Vocabulary)
	}
	if err != nil {
		return nil, fail("NewCharModel", err)
	}
	return &CharModel{RNN{r, graph.NewParams(o.DType, o.Seed)}}, nil
}

// Params returns the weights and biases.
func (m *CharModel) Params() *graph.Params { return m.rnn.p }

// Loss builds the graph for n texts. It returns the loss, a mean over the characters that
// count, and the output.
func (m *CharModel) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) { return m.rnn.Loss(b, n) }

// Sample returns the characters that the model writes after a prompt. The same weights and
// options give the same characters. Each is drawn by the seed and its position in the text.
//
// Errors: ErrOption for options that are out of range, ErrNotFinite for weights that make
// no probabilities.
func (m *CharModel) Sample(o SampleOptions) ([]int, error) {
	err := o.check(m.rnn.o.Tokens)
	var text []int
	if err == nil {
		text, err = sample(m.rnn.p, o, m.step)
	}
	if err != nil {
		return nil, fail("CharModel.Sample", err)
	}
	return text, nil
}

// step builds one step.
func (m *CharModel) step(b *graph.Builder, token, _ *gorgonia.Node, past *memory) *gorgonia.Node {
	o := m.rnn.o
	states := make([]nn.State, o.Layers)
	for i := range states {
		states[i].H = past.input(b, 1, o.Hidden)
		if o.Cell == nn.LSTM {
			states[i].C = past.input(b, 1, o.Hidden)
		}
	}
	h, states := nn.RecurrentStep(b, "rnn", embedded(b, token, o.Tokens, o.In), states, o.layers())
	for _, s := range states {
		past.after = append(past.after, s.H)
		if o.Cell == nn.LSTM {
			past.after = append(past.after, s.C)
		}
	}
	return o.out(b, h)
}
