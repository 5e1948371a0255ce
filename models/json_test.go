package models_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// TestSettingsJSON writes the settings of every model as JSON and reads them: they
// are equal, and make a model with the same first weights.
func TestSettingsJSON(t *testing.T) {
	build := func(m train.Model, err error) train.Model {
		if err == nil {
			err = train.Build(m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		settings any
		want     string
		model    func(settings any) train.Model
	}{
		{&models.MLPOptions{In: 4, Hidden: []int{8, 3}, Out: 2, Activations: []nn.Activation{nn.Tanh, nn.LeakyReLU}, Dropout: 0.1, L2: 1e-4, DType: graph.Float32, Seed: 7},
			`"Activations":["tanh","leaky_relu"]`, func(s any) train.Model { return build(models.NewMLP(*s.(*models.MLPOptions))) }},
		{&models.MLPOptions{In: 4, Out: 1, Head: models.Regression, Activation: nn.SiLU}, `"Head":"regression"`,
			func(s any) train.Model { return build(models.NewMLP(*s.(*models.MLPOptions))) }},
		{&models.CNNOptions{Channels: 1, Height: 6, Width: 6, Blocks: []models.ConvBlock{{Channels: 2, Kernel: 3, Pad: 1, Pool: 2}}, Head: models.Binary, Activation: nn.GELU},
			`"Activation":"gelu"`, func(s any) train.Model { return build(models.NewCNN(*s.(*models.CNNOptions))) }},
		{&models.RNNOptions{Steps: 3, In: 2, Cell: nn.GRU, Hidden: 4, Out: 3, DType: graph.Float32}, `"Cell":"gru"`,
			func(s any) train.Model { return build(models.NewRNN(*s.(*models.RNNOptions))) }},
		{&models.LinRegOptions{In: 3, Out: 2, DType: graph.Float32, Seed: 1 << 63, L2: 0.5}, `"DType":"float32"`,
			func(s any) train.Model { return build(models.NewLinReg(*s.(*models.LinRegOptions))) }},
		{&models.RNNOptions{Steps: 3, In: 2, Tokens: 5, Lengths: true, Cell: nn.LSTM, Hidden: 4, Layers: 2, Dropout: 0.1, EachStep: true, Out: 3}, `"Tokens":5`,
			func(s any) train.Model { return build(models.NewRNN(*s.(*models.RNNOptions))) }},
		{&models.CharModelOptions{Vocabulary: 5, Steps: 3, Features: 2, Cell: nn.GRU, Hidden: 4, Layers: 2, Dropout: 0.1, Seed: 3}, `"Cell":"gru"`,
			func(s any) train.Model { return build(models.NewCharModel(*s.(*models.CharModelOptions))) }},
		{&models.TransformerOptions{Steps: 3, In: 2, Lengths: true, Features: 4, Heads: 2, Hidden: 5, Layers: 2, Dropout: 0.1, Out: 1, Head: models.Binary, Seed: 3}, `"Head":"binary"`,
			func(s any) train.Model { return build(models.NewTransformer(*s.(*models.TransformerOptions))) }},
		{&models.LanguageModelOptions{Vocabulary: 5, Steps: 3, Features: 4, Heads: 2, Layers: 2, DType: graph.Float32, Seed: 3}, `"Heads":2`,
			func(s any) train.Model { return build(models.NewLanguageModel(*s.(*models.LanguageModelOptions))) }},
		{&models.AutoencoderOptions{In: 5, Hidden: []int{4, 3}, Code: 2, Binary: true, Activation: nn.Tanh, Dropout: 0.1, Seed: 3}, `"Activation":"tanh"`,
			func(s any) train.Model { return build(models.NewAutoencoder(*s.(*models.AutoencoderOptions))) }},
		{&models.VAEOptions{In: 5, Hidden: []int{4}, Code: 2, Beta: 0.5, Activation: nn.SiLU, DType: graph.Float32, Seed: 3}, `"Beta":0.5`,
			func(s any) train.Model { return build(models.NewVAE(*s.(*models.VAEOptions))) }},
	} {
		text, err := json.Marshal(c.settings)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Fatalf("got %s and %v, want %s in it", text, err, c.want)
		}
		back := reflect.New(reflect.TypeOf(c.settings).Elem()).Interface()
		if err := json.Unmarshal(text, back); err != nil || !reflect.DeepEqual(back, c.settings) {
			t.Errorf("got %+v and %v, want %+v", back, err, c.settings)
		}
		first, second := c.model(c.settings).Params(), c.model(back).Params()
		for _, q := range first.List() {
			if !reflect.DeepEqual(first.Values(q.Name), second.Values(q.Name)) {
				t.Errorf("%T: the parameter %s differs", c.settings, q.Name)
			}
		}
	}
	for _, zero := range []any{models.MLPOptions{}, models.CNNOptions{}, models.RNNOptions{}, models.LinRegOptions{}, models.LeNet5(), models.ResNet20(),
		models.CharModelOptions{}, models.TransformerOptions{}, models.LanguageModelOptions{}, models.AutoencoderOptions{}, models.VAEOptions{}} {
		if _, err := json.Marshal(zero); err != nil {
			t.Errorf("%T: %v", zero, err)
		}
	}
}

// TestSettingsNotInJSON checks that what JSON cannot hold is an error, and not lost.
func TestSettingsNotInJSON(t *testing.T) {
	for name, s := range map[string]any{"initializer": models.MLPOptions{Init: graph.HeNormal()}, "head": models.MLPOptions{Head: 9},
		"activation": models.CNNOptions{Activation: 99}, "cell": models.RNNOptions{Cell: 9}, "type": models.LinRegOptions{DType: 9}} {
		if text, err := json.Marshal(s); err == nil {
			t.Errorf("%s: got %s, want an error", name, text)
		}
	}
	for _, text := range []string{`{"Activation":"step"}`, `{"Head":"three"}`, `{"DType":"int8"}`, `{"Init":"he"}`, `{"Activation":3}`} {
		var p models.MLPOptions
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			t.Errorf("%s is read as %+v", text, p)
		}
	}
	var r models.RNNOptions
	if err := json.Unmarshal([]byte(`{"Cell":"gruu"}`), &r); !errors.Is(err, graph.ErrOption) {
		t.Errorf("got %v for an unknown cell, want ErrOption", err)
	}
}
