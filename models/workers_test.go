package models_test

import (
	"context"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// TestWorkers trains models that draw numbers or keep statistics: the same seed gives the
// same bits for any number of workers, in both types.
func TestWorkers(t *testing.T) {
	const n, steps, in = 70, 6, 5
	numbers := data.Field{Name: "x", Shape: []int{1, 8, 8}, Floats: wave(n*64, 1, 1.1)}
	for i, v := range numbers.Floats {
		numbers.Floats[i] = (1 + v) / 2
	}
	labels := data.Field{Name: "y", Classes: 3}
	lengths := data.Field{Name: "lengths"}
	for i := range n {
		labels.Ints, lengths.Ints = append(labels.Ints, i*i%3), append(lengths.Ints, i%(steps+1))
	}
	sequences := data.Field{Name: "x", Shape: []int{steps, in}, Floats: wave(n*steps*in, 2, 1.3)}
	for _, c := range []struct {
		name    string
		fields  []data.Field
		changes augment.Fields
		model   func(d graph.DType) (model, error)
	}{
		{"CNN with batch norm, dropout and augmentation", []data.Field{numbers, labels}, augment.Fields{"x": {augment.Shift{Pixels: 1}, augment.Noise{Sigma: 0.1}}}, func(d graph.DType) (model, error) {
			return mk(models.NewCNN(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 3, Hidden: []int{32}, Dropout: 0.3, DType: d, Seed: 1,
				Blocks: []models.ConvBlock{{Channels: 8, Kernel: 3, Pad: 1, BatchNorm: true}, {Channels: 16, Kernel: 3, Pad: 1, Stride: 2, BatchNorm: true, Residual: true}}}))
		}},
		{"LSTM with lengths", []data.Field{sequences, lengths, labels}, nil, func(d graph.DType) (model, error) {
			return mk(models.NewRNN(models.RNNOptions{Steps: steps, In: in, Lengths: true, Hidden: 32, Layers: 2, Bidirectional: true, Dropout: 0.3, Out: 3, DType: d, Seed: 1}))
		}},
		{"Transformer with lengths", []data.Field{sequences, lengths, labels}, nil, func(d graph.DType) (model, error) {
			return mk(models.NewTransformer(models.TransformerOptions{Steps: steps, In: in, Lengths: true, Features: 32, Heads: 4, Layers: 2, Dropout: 0.3, Out: 3, DType: d, Seed: 1}))
		}},
		{"VAE", []data.Field{numbers}, nil, func(d graph.DType) (model, error) {
			return mk(models.NewVAE(models.VAEOptions{In: 64, Hidden: []int{64}, Code: 8, Binary: true, Activation: nn.Tanh, DType: d, Seed: 1}))
		}},
	} {
		set, err := data.New(c.fields...)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			var want []float64
			for _, workers := range []int{1, 2, 3, 8} {
				m, err := c.model(d)
				if err != nil {
					t.Fatal(err)
				}
				got := trained(t, m, set, c.changes, workers)
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, %v: other numbers with %d workers than with one", c.name, d, workers)
				}
			}
		}
	}
}

// trained returns the losses of two epochs, and then all parameters and states.
func trained(t *testing.T, m model, set *data.Dataset, changes augment.Fields, workers int) []float64 {
	t.Helper()
	tr, err := train.New(m, train.Options{Workers: workers, Seed: 3, Schedule: schedule.Constant(0.01), Epochs: 2, Augment: changes})
	if err != nil {
		t.Fatal(err)
	}
	h, err := tr.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	out := h.Losses()
	for _, q := range slices.Concat(m.Params().List(), m.Params().States()) {
		out = append(out, m.Params().Values(q.Name)...)
	}
	return out
}
