package build

import "gorgonia.org/gorgonia"

// Sweep is a recurrent cell that ran over the steps of sequences. The graph has nodes for each
// step; package onnx writes one operator in their stead.
type Sweep struct {
	Cell    string // lstm, gru, tanh or relu
	Reverse bool   // from the last step to the first

	X       *gorgonia.Node // [T, N, In], finite behind the sequences
	Lengths *gorgonia.Node // Ints [N]; nil: all sequences have T steps
	H, C    *gorgonia.Node // the state before: [N, H]; C is nil for all but LSTM

	// The weights as nn.CellWeights has them. Biases may be nil.
	Input, Hidden, InputBias, HiddenBias *gorgonia.Node

	Y            *gorgonia.Node // [T, N, H]: the hidden states of all steps, 0 behind the sequences
	LastH, LastC *gorgonia.Node // the state behind
}
