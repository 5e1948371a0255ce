package models

import (
	"encoding/json"

	"github.com/symgrad/symgrad/train"
)

// An import of this package makes its models known to train.Open.
func init() {
	register("models.Autoencoder", NewAutoencoder)
	register("models.CNN", NewCNN)
	register("models.CharModel", NewCharModel)
	register("models.LanguageModel", NewLanguageModel)
	register("models.LinReg", NewLinReg)
	register("models.MLP", NewMLP)
	register("models.RNN", NewRNN)
	register("models.Transformer", NewTransformer)
	register("models.VAE", NewVAE)
}

// register registers the model that f makes from settings of the type O.
func register[O any, M train.Described](name string, f func(O) (M, error)) {
	train.Register(name, func(settings json.RawMessage) (train.Model, error) {
		var o O
		if err := train.ReadSettings(settings, &o); err != nil {
			return nil, err
		}
		m, err := f(o)
		if err != nil {
			return nil, err
		}
		return m, nil
	})
}

// Settings returns "models.Autoencoder" and the AutoencoderOptions: see train.Described.
func (m *Autoencoder) Settings() (name string, settings any) { return "models.Autoencoder", m.o }

// Settings returns "models.CNN" and the CNNOptions, without Init: see train.Described.
func (m *CNN) Settings() (name string, settings any) {
	o := m.o
	o.Init = nil
	return "models.CNN", o
}

// Settings returns "models.CharModel" and the CharModelOptions: see train.Described.
func (m *CharModel) Settings() (name string, settings any) {
	r := m.rnn.o
	return "models.CharModel", CharModelOptions{Vocabulary: r.Tokens, Steps: r.Steps, Features: r.In, Cell: r.Cell, Hidden: r.Hidden, Layers: r.Layers,
		Dropout: r.Dropout, DType: r.DType, Seed: r.Seed}
}

// Settings returns "models.LanguageModel" and the LanguageModelOptions: see
// train.Described.
func (m *LanguageModel) Settings() (name string, settings any) { return "models.LanguageModel", m.o }

// Settings returns "models.LinReg" and the LinRegOptions: see train.Described.
func (m *LinReg) Settings() (name string, settings any) { return "models.LinReg", m.o }

// Settings returns "models.MLP" and the MLPOptions, without Init: see train.Described.
func (m *MLP) Settings() (name string, settings any) {
	o := m.o
	o.Init = nil
	return "models.MLP", o
}

// Settings returns "models.RNN" and the RNNOptions: see train.Described.
func (m *RNN) Settings() (name string, settings any) { return "models.RNN", m.o }

// Settings returns "models.Transformer" and the TransformerOptions: see train.Described.
func (m *Transformer) Settings() (name string, settings any) { return "models.Transformer", m.o }

// Settings returns "models.VAE" and the VAEOptions: see train.Described.
func (m *VAE) Settings() (name string, settings any) { return "models.VAE", m.o }
