package models_test

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/models"
)

// mistakes are settings that mean nothing, and data that do not fit.
var mistakes = []golden.Mistake{
	{"regression of no features", graph.ErrOption, func(*testing.T) error {
		_, err := models.NewLinReg(models.LinRegOptions{})
		return err
	}},
	{"solution with a penalty", graph.ErrOption, func(t *testing.T) error { return regression(t, 1, 0.5).Solve(make([]float64, 3), make([]float64, 3)) }},
	{"solution of other sizes", graph.ErrShape, func(t *testing.T) error { return regression(t, 2, 0).Solve(make([]float64, 6), make([]float64, 2)) }},
	{"solution of few examples", graph.ErrShape, func(t *testing.T) error { return regression(t, 2, 0).Solve(make([]float64, 4), make([]float64, 2)) }},
	{"solution of a column of zeros", nil, func(t *testing.T) error { return regression(t, 1, 0).Solve(make([]float64, 3), make([]float64, 3)) }},
	{"perceptron of no features", graph.ErrOption, perceptron(models.MLPOptions{Out: 2})},
	{"unknown head", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Head: 9})},
	{"one class", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 1, Head: models.MultiClass})},
	{"binary of two outputs", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Head: models.Binary})},
	{"no outputs", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Head: models.Regression})},
	{"activations of other layers", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Hidden: []int{3}, Activations: make([]nn.Activation, 2)})},
	{"dropout rate of 1", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Dropout: 1})},
	{"penalty of -1", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, L2: -1})},
	{"layer without units", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Hidden: []int{3, 0}})},
	{"penalty of infinity", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, L2: math.Inf(1)})},
	{"unknown activation", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Activation: 200})},
	{"unknown activation of a layer", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, Hidden: []int{3}, Activations: []nn.Activation{200}})},
	{"unknown type", graph.ErrOption, perceptron(models.MLPOptions{In: 1, Out: 2, DType: 7})},
	{"solution of NaN", graph.ErrNotFinite, func(t *testing.T) error {
		return regression(t, 1, 0).Solve([]float64{1, 2, math.NaN()}, []float64{1, 2, 3})
	}},
	{"solution of a zero LinReg", graph.ErrOption, func(*testing.T) error { return new(models.LinReg).Solve([]float64{1}, []float64{1}) }},
	{"endless recurrence", graph.ErrOption, recurrence(models.RNNOptions{Steps: 1 << 30, In: 1, Hidden: 2, Out: 2})},
	{"recurrence of more steps than a graph has room for", graph.ErrOption, recurrence(models.RNNOptions{Steps: 1<<15 + 1, In: 1, Hidden: 2, Out: 2})},
	{"more steps in two layers", graph.ErrOption, recurrence(models.RNNOptions{Steps: 1<<14 + 1, Layers: 2, In: 1, Hidden: 2, Out: 2})},
	{"characters of more steps", graph.ErrOption, made(models.NewCharModel, models.CharModelOptions{Vocabulary: 3, Steps: 40000, Hidden: 2})},
	{"images of no pixels", graph.ErrOption, convNet(models.CNNOptions{})},
	{"convolutions for one class", graph.ErrOption, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 4, Blocks: make([]models.ConvBlock, 1), Out: 1})},
	{"block without channels", graph.ErrOption, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 4, Blocks: make([]models.ConvBlock, 1), Out: 2})},
	{"no blocks", graph.ErrOption, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 4, Out: 2})},
	{"block with a negative stride", graph.ErrOption, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 4, Out: 2, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Stride: -1}}})},
	{"kernel larger than the image", graph.ErrShape, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 9, Out: 2, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 7, Pad: 1}}})},
	{"pool larger than the image", graph.ErrShape, convNet(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 2,
		Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Pool: 2}, {Channels: 2, Kernel: 2, Pool: 3}}})},
	{"residual block of fewer channels", graph.ErrShape, convNet(models.CNNOptions{Channels: 3, Height: 4, Width: 4, Out: 2, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Pad: 1, Residual: true}}})},
	{"residual block that shrinks images", graph.ErrShape, convNet(models.CNNOptions{Channels: 1, Height: 4, Width: 4, Out: 2, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Residual: true}}})},
	{"unknown cell", graph.ErrOption, recurrence(models.RNNOptions{Steps: 3, In: 1, Hidden: 2, Out: 2, Cell: 9})},
	{"recurrence of no steps", graph.ErrOption, recurrence(models.RNNOptions{In: 1, Hidden: 2, Out: 2})},
	{"recurrence of a negative vocabulary", graph.ErrOption, recurrence(models.RNNOptions{Steps: 3, In: 2, Hidden: 2, Out: 2, Tokens: -1})},
	{"recurrence that drops all", graph.ErrOption, recurrence(models.RNNOptions{Steps: 3, In: 2, Hidden: 2, Out: 2, Dropout: 1})},
	{"characters of one kind", graph.ErrOption, made(models.NewCharModel, models.CharModelOptions{Vocabulary: 1, Steps: 3, Hidden: 2})},
	{"characters in no layer", graph.ErrOption, made(models.NewCharModel, models.CharModelOptions{Vocabulary: 3, Steps: 3, Hidden: 2, Layers: -1})},
	{"Transformer of tokens and features", graph.ErrOption, made(models.NewTransformer, models.TransformerOptions{Steps: 3, In: 2, Tokens: 4, Features: 4, Out: 2})},
	{"Transformer of three heads", graph.ErrOption, made(models.NewTransformer, models.TransformerOptions{Steps: 3, In: 2, Features: 4, Heads: 3, Out: 2})},
	{"Transformer of no heads", graph.ErrOption, made(models.NewTransformer, models.TransformerOptions{Steps: 3, In: 2, Features: 4, Heads: -1, Out: 2})},
	{"Transformer of negative units", graph.ErrOption, made(models.NewTransformer, models.TransformerOptions{Steps: 3, In: 2, Features: 4, Hidden: -1, Out: 2})},
	{"language of one word", graph.ErrOption, made(models.NewLanguageModel, models.LanguageModelOptions{Vocabulary: 1, Steps: 3, Features: 4})},
	{"language of no steps", graph.ErrOption, made(models.NewLanguageModel, models.LanguageModelOptions{Vocabulary: 3, Features: 4})},
	{"autoencoder without a code", graph.ErrOption, made(models.NewAutoencoder, models.AutoencoderOptions{In: 3})},
	{"variational autoencoder of no features", graph.ErrOption, made(models.NewVAE, models.VAEOptions{Code: 3})},
	{"variational autoencoder of a negative weight", graph.ErrOption, made(models.NewVAE, models.VAEOptions{In: 3, Code: 3, Beta: -1})},
	{"no examples of a variational autoencoder", graph.ErrOption, func(t *testing.T) error {
		m, err := models.NewVAE(models.VAEOptions{In: 3, Code: 3})
		if err == nil {
			_, err = m.Sample(0, 1)
		}
		return err
	}},
	{"text without a prompt", graph.ErrOption, written(models.SampleOptions{Length: 2})},
	{"text of no length", graph.ErrOption, written(models.SampleOptions{Prompt: []int{1}})},
	{"text of a prompt that has no character", graph.ErrOption, written(models.SampleOptions{Prompt: []int{0, 3}, Length: 2})},
	{"text of a negative temperature", graph.ErrOption, written(models.SampleOptions{Prompt: []int{1}, Length: 2, Temperature: -1})},
	{"text of more characters than there are", graph.ErrOption, written(models.SampleOptions{Prompt: []int{1}, Length: 2, TopK: 4})},
	{"text of a zero CharModel", graph.ErrOption, func(*testing.T) error {
		_, err := new(models.CharModel).Sample(models.SampleOptions{Prompt: []int{0}, Length: 1})
		return err
	}},
	{"text of a zero LanguageModel", graph.ErrOption, func(*testing.T) error {
		_, err := new(models.LanguageModel).Sample(models.SampleOptions{Prompt: []int{0}, Length: 1})
		return err
	}},
	{"examples of a zero VAE", graph.ErrOption, func(*testing.T) error {
		_, err := new(models.VAE).Sample(1, 1)
		return err
	}},
	{"text longer than the model", graph.ErrOption, func(t *testing.T) error {
		m, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 3, Steps: 3, Features: 2})
		if err == nil {
			_, err = m.Sample(models.SampleOptions{Prompt: []int{1, 2}, Length: 3})
		}
		return err
	}},
	{"recurrence of one class", graph.ErrOption, recurrence(models.RNNOptions{Steps: 3, In: 1, Hidden: 2, Out: 1})},
}

func regression(t *testing.T, in int, l2 float64) *models.LinReg {
	t.Helper()
	m, err := models.NewLinReg(models.LinRegOptions{In: in, L2: l2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func perceptron(c models.MLPOptions) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := models.NewMLP(c)
		return err
	}
}

// made makes a model of the options.
func made[O, M any](make func(O) (M, error), o O) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := make(o)
		return err
	}
}

// written lets a model of three characters write.
func written(o models.SampleOptions) func(*testing.T) error {
	return func(*testing.T) error {
		m, err := models.NewCharModel(models.CharModelOptions{Vocabulary: 3, Steps: 2, Hidden: 2})
		if err == nil {
			_, err = m.Sample(o)
		}
		return err
	}
}

func convNet(c models.CNNOptions) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := models.NewCNN(c)
		return err
	}
}

func recurrence(c models.RNNOptions) func(*testing.T) error {
	return func(*testing.T) error {
		_, err := models.NewRNN(c)
		return err
	}
}

// TestMistakes holds what each mistake is answered with to a golden file.
func TestMistakes(t *testing.T) {
	golden.Check(t, "testdata/errors.golden", golden.Errors(t, mistakes))
}
