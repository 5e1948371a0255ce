package nn

import "github.com/symgrad/symgrad/internal/enum"

// This file writes and reads the settings of models as text, and so in JSON: each by
// its name. What has no name is an ErrOption.

var cellNames = []string{LSTM: "lstm", GRU: "gru", TanhRNN: "tanh_rnn", ReLURNN: "relu_rnn"}

func activationNames() []string {
	names := make([]string, len(activations))
	for i, a := range activations {
		names[i] = a.name
	}
	return names
}

// MarshalText returns the activation's name: relu, leaky_relu.
func (a Activation) MarshalText() ([]byte, error) {
	return enum.Text("activation", activationNames(), int(a))
}

// UnmarshalText reads what MarshalText writes.
func (a *Activation) UnmarshalText(text []byte) error {
	i, err := enum.Parse("activation", activationNames(), text)
	*a = Activation(i)
	return err
}

// String returns the cell's name: lstm, gru, tanh_rnn or relu_rnn.
func (k Cell) String() string { return enum.String("cell", cellNames, int(k)) }

// MarshalText returns the cell's name.
func (k Cell) MarshalText() ([]byte, error) { return enum.Text("cell", cellNames, int(k)) }

// UnmarshalText reads what MarshalText writes.
func (k *Cell) UnmarshalText(text []byte) error {
	i, err := enum.Parse("cell", cellNames, text)
	*k = Cell(i)
	return err
}
