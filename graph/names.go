package graph

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/enum"
)

// This file writes and reads the settings of models as text: each by its name, and
// so in JSON. What has no name is an ErrOption.

var dtypeNames = []string{Float64: "float64", Float32: "float32"}

// MarshalText is the type's name: float64 or float32.
func (d DType) MarshalText() ([]byte, error) { return enum.Text("type", dtypeNames, int(d)) }

// UnmarshalText reads what MarshalText writes.
func (d *DType) UnmarshalText(text []byte) error {
	return enum.Read(d, "type", dtypeNames, text)
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
