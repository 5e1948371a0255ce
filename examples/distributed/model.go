package main

import (
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// newModel returns a multi-layer perceptron with dropout, a convolutional network with batch
// normalization, or a recurrent one that reads a picture row by row.
func newModel(name string) (train.Model, error) {
	switch name {
	case "mlp":
		return models.NewMLP(models.MLPOptions{In: 64, Hidden: []int{128, 64}, Out: 10, Dropout: 0.2, DType: graph.Float32, Seed: 1})
	case "cnn":
		return models.NewCNN(models.CNNOptions{Channels: 1, Height: 8, Width: 8, Out: 10, GlobalPool: true, DType: graph.Float32, Seed: 1,
			Blocks: []models.ConvBlock{{Channels: 16, Kernel: 3, Pad: 1, BatchNorm: true}, {Channels: 32, Kernel: 3, Pad: 1, Stride: 2, BatchNorm: true}}})
	case "lstm":
		return models.NewRNN(models.RNNOptions{Steps: 8, In: 8, Hidden: 48, Out: 10, Dropout: 0.2, DType: graph.Float32, Seed: 1})
	}
	return nil, fmt.Errorf("got the model %q, want mlp, cnn or lstm", name)
}
