package gosource

import (
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// modelOf returns what is written of a model of package models.
func modelOf(m train.Model) Model {
	return Model{Params: m.Params(), Outputs: graphtest.Prediction(m)}
}

// zoo is the models of package models.
func zoo(t *testing.T, d graph.DType) (all []*written) {
	add := func(name string, m train.Model, err error) {
		t.Helper()
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		graphtest.Unfresh(m.Params(), 0.03)
		all = append(all, write(t, name, modelOf(m)))
	}
	linear, err := models.NewLinReg(models.LinRegOptions{In: 4, Out: 3, DType: d})
	add("linreg", linear, err)
	for _, act := range []nn.Activation{nn.ReLU, nn.Tanh, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Sigmoid, nn.Softplus} {
		mlp, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{7, 6}, Out: 3, Activation: act, Dropout: 0.5, DType: d})
		add("mlp "+act.String(), mlp, err)
	}
	binary, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{4}, Head: models.Binary, DType: d})
	add("mlp binary", binary, err)
	number, err := models.NewMLP(models.MLPOptions{In: 5, Hidden: []int{4}, Out: 2, Head: models.Regression, DType: d})
	add("mlp regression", number, err)
	for name, o := range map[string]models.CNNOptions{"lenet5": models.LeNet5(), "resnet20": models.ResNet20(),
		"cnn": {Channels: 2, Height: 7, Width: 6, Out: 3, Hidden: []int{5}, Blocks: []models.ConvBlock{{Channels: 3, Kernel: 3, Pad: 1, Pool: 2, BatchNorm: true}, {Channels: 3, Kernel: 3, Pad: 1, BatchNorm: true, Residual: true}}}} {
		o.DType = d
		if name == "resnet20" && testing.Short() {
			continue
		}
		cnn, err := models.NewCNN(o)
		add(name, cnn, err)
	}
	for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN, nn.ReLURNN} {
		o := models.RNNOptions{Steps: 5, In: 3, Cell: cell, Hidden: 4, Out: 3, DType: d}
		rnn, err := models.NewRNN(o)
		add("rnn "+cell.String(), rnn, err)
		o.EachStep, o.Bidirectional, o.Layers, o.Tokens, o.Lengths = true, true, 2, 7, true
		tagger, err := models.NewRNN(o)
		add("tagger "+cell.String(), tagger, err)
	}
	char, err := models.NewCharModel(models.CharModelOptions{Vocabulary: 9, Steps: 6, Features: 5, Hidden: 4, Layers: 2, DType: d})
	add("charmodel", char, err)
	o := models.TransformerOptions{Steps: 5, In: 3, Features: 8, Heads: 2, Layers: 2, Out: 3, DType: d}
	transformer, err := models.NewTransformer(o)
	add("transformer", transformer, err)
	o.In, o.Tokens, o.Lengths = 0, 9, true
	transformer, err = models.NewTransformer(o)
	add("transformer of tokens", transformer, err)
	language, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 9, Steps: 6, Features: 8, Heads: 2, Layers: 2, DType: d})
	add("language model", language, err)
	auto, err := models.NewAutoencoder(models.AutoencoderOptions{In: 6, Hidden: []int{5}, Code: 2, Binary: true, DType: d})
	add("autoencoder", auto, err)
	vae, err := models.NewVAE(models.VAEOptions{In: 6, Hidden: []int{5}, Code: 2, Binary: true, DType: d})
	add("vae", vae, err)
	return all
}

// TestModels holds the programs of all models to the models.
func TestModels(t *testing.T) {
	each(t, 1e-6, 1e-12, func(t *testing.T, d graph.DType, tolerance float64) { run(t, zoo(t, d), tolerance) })
}
