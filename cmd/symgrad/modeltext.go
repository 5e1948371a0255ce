package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
)

// defaultModel is what is trained if no model is given.
const defaultModel = "mlp:64-32,dropout=0.1,adam"

// modelUsage says what the text of a model may have.
const modelUsage = `A model is a kind and settings, separated by commas:

  linear            no hidden layer
  mlp:64-32         a perceptron with hidden layers of 64 and 32 units
  relu, tanh, sigmoid, gelu, silu        the activation of the hidden layers; relu if none is given
  dropout=0.2       the share of hidden units that a step leaves out
  l2=0.001          the weight of the squares of all weights in the loss
  adam, adamw, sgd, momentum, rmsprop    the optimizer; adam if none is given
  rate=0.001        the learning rate
  batch=32          examples of a step
  epochs=200        passes over the table at most
  patience=20       passes in a row without a better result after which the training ends
`

// parsed is a model's text, read.
type parsed struct {
	hidden     []int
	activation nn.Activation
	dropout    float64
	l2         float64
	optimizer  string
	rate       float64
	batch      int
	epochs     int
	patience   int
}

// withEpochs returns the text of a model with another number of epochs.
func withEpochs(text string, epochs int) string {
	words := slices.DeleteFunc(strings.Split(text, ","), func(word string) bool { return strings.HasPrefix(strings.TrimSpace(word), "epochs=") })
	return shell(strings.Join(append(words, "epochs="+strconv.Itoa(epochs)), ","))
}

var optimizers = map[string]struct {
	is   train.Optimizer
	rate float64 // the default
}{
	"adam":     {train.Adam{}, 0.001},
	"adamw":    {train.AdamW{}, 0.001},
	"rmsprop":  {train.RMSprop{}, 0.001},
	"sgd":      {train.SGD{}, 0.05},
	"momentum": {train.SGD{Momentum: 0.9}, 0.01},
}

var activations = map[string]nn.Activation{"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "silu": nn.SiLU}

// parseModel reads the text of a model.
func parseModel(text string) (parsed, error) {
	p := parsed{activation: nn.ReLU, optimizer: "adam", batch: 32, epochs: 200, patience: 20}
	said := map[string]string{} // the word that has settled a setting
	for i, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		name, value, hasValue := strings.Cut(word, "=")
		var err error
		if i > 0 {
			err = p.fresh(said, word, name)
		}
		if err != nil {
		} else if i == 0 {
			err = p.kind(word)
		} else if hasValue {
			err = p.set(name, value)
		} else if a, ok := activations[word]; ok {
			p.activation = a
		} else if _, ok := optimizers[word]; ok {
			p.optimizer = word
		} else {
			err = errors.Errorf("got %q, want a setting such as dropout=0.2, an activation or an optimizer", word)
		}
		if err != nil {
			return p, errors.WithMessagef(err, "the model %q", text)
		}
	}
	if p.rate == 0 {
		p.rate = optimizers[p.optimizer].rate
	}
	return p, nil
}

// fresh returns an error about a word that has no effect: one that settles what another has settled,
// and settings of hidden layers that are not there.
func (p *parsed) fresh(said map[string]string, word, name string) error {
	setting, hidden := name, name == "dropout"
	if _, ok := activations[word]; ok {
		setting, hidden = "activation", true
	} else if _, ok := optimizers[word]; ok {
		setting = "optimizer"
	}
	before, twice := said[setting]
	said[setting] = word
	switch {
	case twice:
		return errors.Errorf("got %s and %s, want one of them", before, word)
	case hidden && len(p.hidden) == 0:
		return errors.Errorf("got %s for a model without hidden layers, where it has no effect; want it left out, or mlp with hidden layers", word)
	}
	return nil
}

// kind reads what stands before the settings.
func (p *parsed) kind(word string) error {
	name, sizes, ok := strings.Cut(word, ":")
	if name == "linear" && !ok {
		return nil
	}
	if name != "mlp" || !ok {
		return errors.Errorf("got the kind %q, want linear, or mlp with the units of its hidden layers, such as mlp:64-32", word)
	}
	for _, size := range strings.Split(sizes, "-") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 || n > 1<<16 {
			return errors.Errorf("got %q units, want a number from 1 to %d", size, 1<<16)
		}
		p.hidden = append(p.hidden, n)
	}
	return nil
}

// set reads a setting with a value.
func (p *parsed) set(name, value string) error {
	numbers := map[string]struct {
		to          *float64
		least, most float64
	}{"dropout": {&p.dropout, 0, 0.99}, "l2": {&p.l2, 0, 1e6}, "rate": {&p.rate, 1e-12, 1e6}}
	counts := map[string]*int{"batch": &p.batch, "epochs": &p.epochs, "patience": &p.patience}
	v, err := strconv.ParseFloat(value, 64)
	switch x, ok := numbers[name]; {
	case ok && (err != nil || !(v >= x.least && v <= x.most)):
		return errors.Errorf("%s: got %q, want a number from %v to %v", name, value, x.least, x.most)
	case ok:
		*x.to = v
		return nil
	case counts[name] == nil:
		return errors.Errorf("got the setting %q, want dropout, l2, rate, batch, epochs or patience", name)
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 1<<30 {
		return errors.Errorf("%s: got %q, want a whole number of at least 1", name, value)
	}
	*counts[name] = n
	return nil
}

// build returns the model for inputs and outputs.
func (p parsed) build(in, out int, head models.Head, seed uint64) (train.Model, error) {
	return models.NewMLP(models.MLPOptions{In: in, Hidden: p.hidden, Out: out, Head: head, Activation: p.activation, Dropout: p.dropout, L2: p.l2, Seed: seed})
}

// options returns how the model is trained.
func (p parsed) options() train.Options {
	return train.Options{Optimizer: optimizers[p.optimizer].is, Schedule: schedule.Constant(p.rate), BatchSize: p.batch, Epochs: p.epochs,
		Stop: &train.EarlyStopping{Patience: p.patience}}
}
