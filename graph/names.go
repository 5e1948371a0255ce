package graph

import (
	"slices"

	"github.com/pkg/errors"
)

// This file writes and reads the settings of models as text: each by its name, and
// so in JSON. What has no name is an ErrOption.

// named finds the number of a name.
func named(kind string, names []string, text []byte) (int, error) {
	if i := slices.Index(names, string(text)); i >= 0 {
		return i, nil
	}
	return 0, errors.Wrapf(ErrOption, "graph: got the %s %q, want one of %q", kind, text, names)
}

// nameOf is the name of a number.
func nameOf(kind string, names []string, i int) ([]byte, error) {
	if i < len(names) {
		return []byte(names[i]), nil
	}
	return nil, errors.Wrapf(ErrOption, "graph: got the %s %d, want one of %q", kind, i, names)
}

var (
	dtypeNames = []string{Float64: "float64", Float32: "float32"}
	cellNames  = []string{LSTM: "lstm", GRU: "gru", TanhRNN: "tanh_rnn", ReLURNN: "relu_rnn"}
)

func activationNames() []string {
	names := make([]string, len(activations))
	for i, a := range activations {
		names[i] = a.name
	}
	return names
}

// MarshalText is the type's name: float64 or float32.
func (d DType) MarshalText() ([]byte, error) { return nameOf("type", dtypeNames, int(d)) }

// UnmarshalText reads what MarshalText writes.
func (d *DType) UnmarshalText(text []byte) error {
	i, err := named("type", dtypeNames, text)
	*d = DType(i)
	return err
}

// MarshalText is the activation's name: relu, leaky_relu.
func (a Activation) MarshalText() ([]byte, error) {
	return nameOf("activation", activationNames(), int(a))
}

// UnmarshalText reads what MarshalText writes.
func (a *Activation) UnmarshalText(text []byte) error {
	i, err := named("activation", activationNames(), text)
	*a = Activation(i)
	return err
}

// String is the cell's name: lstm, gru, tanh_rnn or relu_rnn.
func (k Cell) String() string {
	if int(k) < len(cellNames) {
		return cellNames[k]
	}
	return "unknown"
}

// MarshalText is the cell's name.
func (k Cell) MarshalText() ([]byte, error) { return nameOf("cell", cellNames, int(k)) }

// UnmarshalText reads what MarshalText writes.
func (k *Cell) UnmarshalText(text []byte) error {
	i, err := named("cell", cellNames, text)
	*k = Cell(i)
	return err
}

// MarshalJSON writes no Initializer as null. One that is there is a function,
// which has no form in JSON: ErrUnsupported.
func (f Initializer) MarshalJSON() ([]byte, error) {
	if f != nil {
		return nil, errors.Wrap(ErrUnsupported, "graph: an Initializer is a function, which JSON cannot hold; only nil, the default, can be written")
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads null as no Initializer.
func (f *Initializer) UnmarshalJSON(text []byte) error {
	if string(text) != "null" {
		return errors.Wrapf(ErrUnsupported, "graph: got the Initializer %s, want null", text)
	}
	*f = nil
	return nil
}
