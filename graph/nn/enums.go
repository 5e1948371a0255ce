package nn

import "github.com/symgrad/symgrad/internal/enum"

// This file writes and reads the settings that are one of a few by their names, and so
// in JSON. What has no name is an ErrOption that lists the names.

var (
	activationNames = []string{Identity: "identity", Sigmoid: "sigmoid", Tanh: "tanh", ReLU: "relu", LeakyReLU: "leaky_relu",
		Softplus: "softplus", GELU: "gelu", SiLU: "silu", ELU: "elu"}
	bagNames    = []string{BagMean: "mean", BagSum: "sum", BagMax: "max"}
	cellNames   = []string{LSTM: "lstm", GRU: "gru", TanhRNN: "tanh_rnn", ReLURNN: "relu_rnn"}
	resizeNames = []string{ResizeNearest: "nearest", ResizeLinear: "linear", ResizeCubic: "cubic", ResizeArea: "area", ResizeNearestExact: "nearest_exact"}
	gridNames   = []string{GridZeros: "zeros", GridBorder: "border", GridReflect: "reflect"}
)

// String returns the activation's name, such as "leaky_relu".
func (a Activation) String() string { return enum.String("activation", activationNames, int(a)) }

// MarshalText returns the activation's name. Errors: ErrOption if it has none.
func (a Activation) MarshalText() ([]byte, error) {
	return enum.Text("activation", activationNames, int(a))
}

// UnmarshalText sets a to the activation of the name. Errors: ErrOption for another name.
func (a *Activation) UnmarshalText(text []byte) error {
	return enum.Read(a, "activation", activationNames, text)
}

// String returns the mode's name: "mean", "sum" or "max".
func (m BagMode) String() string { return enum.String("bag mode", bagNames, int(m)) }

// MarshalText returns the mode's name. Errors: ErrOption if it has none.
func (m BagMode) MarshalText() ([]byte, error) { return enum.Text("bag mode", bagNames, int(m)) }

// UnmarshalText sets m to the mode of the name. Errors: ErrOption for another name.
func (m *BagMode) UnmarshalText(text []byte) error {
	return enum.Read(m, "bag mode", bagNames, text)
}

// String returns the cell's name: "lstm", "gru", "tanh_rnn" or "relu_rnn".
func (k Cell) String() string { return enum.String("cell", cellNames, int(k)) }

// MarshalText returns the cell's name. Errors: ErrOption if it has none.
func (k Cell) MarshalText() ([]byte, error) { return enum.Text("cell", cellNames, int(k)) }

// UnmarshalText sets k to the cell of the name. Errors: ErrOption for another name.
func (k *Cell) UnmarshalText(text []byte) error { return enum.Read(k, "cell", cellNames, text) }

// String returns the mode's name, such as "linear".
func (m ResizeMode) String() string { return enum.String("resize mode", resizeNames, int(m)) }

// MarshalText returns the mode's name. Errors: ErrOption if it has none.
func (m ResizeMode) MarshalText() ([]byte, error) {
	return enum.Text("resize mode", resizeNames, int(m))
}

// UnmarshalText sets m to the mode of the name. Errors: ErrOption for another name.
func (m *ResizeMode) UnmarshalText(text []byte) error {
	return enum.Read(m, "resize mode", resizeNames, text)
}

// String returns the padding's name: "zeros", "border" or "reflect".
func (p GridPad) String() string { return enum.String("grid padding", gridNames, int(p)) }

// MarshalText returns the padding's name. Errors: ErrOption if it has none.
func (p GridPad) MarshalText() ([]byte, error) { return enum.Text("grid padding", gridNames, int(p)) }

// UnmarshalText sets p to the padding of the name. Errors: ErrOption for another name.
func (p *GridPad) UnmarshalText(text []byte) error {
	return enum.Read(p, "grid padding", gridNames, text)
}
